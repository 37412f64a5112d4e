import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import {
  CallLogsDocument,
  CreateApiKeyDocument,
  CreateConnectTokenDocument,
  CreateInviteTokenDocument,
  CreateTenantDocument,
  DisconnectDocument,
  ExtensionChangedDocument,
  ExtensionsDocument,
  MessageDocument,
  MessagesDocument,
  PhoneNumbersDocument,
  SendSmsDocument,
  StatusDocument,
  TextReceivedDocument,
  TextStatusChangedDocument,
} from './generated/documents.ts'
import { createClient } from './support/client.ts'
import { ava, ben, operatorKey, startGateway } from './support/gateway.ts'
import { createBrowser } from './support/person.ts'

const customer = '+14155550123'

test('from nothing to a conversation, and out again', async () => {
  const { url, simulator } = await startGateway()
  const operator = createClient(url, operatorKey)

  // An operator makes a tenant and a key for its server.
  const { createTenant } = await operator.query(CreateTenantDocument, { name: 'Hart Interiors' })
  const tenant = granted(createTenant)
  expect(tenant).toMatchObject({ name: 'Hart Interiors', status: 'ACTIVE' })
  const scopes = [
    'messages:read',
    'messages:send',
    'extensions:read',
    'extensions:connect',
    'calls:read',
  ]
  const { createApiKey } = await operator.query(CreateApiKeyDocument, {
    tenantId: tenant.id,
    scopes,
  })
  const { secret, apiKey } = granted(createApiKey)
  expect(secret).toMatch(/^rql_/)
  expect(apiKey.scopes).toEqual(scopes)
  const app = createClient(url, secret)

  const startedAt = new Date(Date.now() - 300_000).toISOString()
  await call(simulator.url, { from: customer, to: ava.number, startedAt })

  // Nothing is connected, so nothing can be sent.
  expect((await app.query(StatusDocument)).status).toMatchObject({
    connected: false,
    expiresAt: null,
    rcAccountId: null,
  })
  const early = await app.query(SendSmsDocument, {
    from: ava.number,
    to: [customer],
    text: 'Hello?',
  })
  expect(early.sendSms).toMatchObject({ code: 'NOT_CONNECTED' })

  // The admin gets a link. Opening it changes nothing, however often: mail scanners do.
  const changes = await app.subscribe(ExtensionChangedDocument)
  const { createConnectToken } = await app.query(CreateConnectTokenDocument)
  const link = granted(createConnectToken)
  expect(link.connectUrl).toMatch(`${url}/v1/rc/connect?token=`)
  const admin = createBrowser()
  for (const _glance of [1, 2, 3]) {
    const page = await admin.open(link.connectUrl)
    expect(page.status).toBe(200)
    expect(page.html).toContain('Hart Interiors')
    expect(page.html).toContain('Ava, front desk')
  }

  // She presses the button, allows access at RingCentral, and reads what was found.
  const toRingCentral = await admin.begin(link.connectUrl)
  expect(toRingCentral.status).toBe(303)
  expect(toRingCentral.location).toMatch(simulator.url)
  const back = await admin.consent(toRingCentral.location, ava.extensionId, 'allow')
  expect(back).toMatch(`${url}/v1/rc/callback?`)
  const connected = await admin.open(back)
  expect(connected.status).toBe(200)
  expect(connected.html).toContain('Ava Hart')
  expect(connected.html).toContain(ava.number)
  expect(connected.html).toContain('Being received')
  expect((await admin.begin(link.connectUrl)).status).toBe(410)

  // The application sees the same.
  await changes.waitFor(({ extensionChanged: { extension } }) => {
    return extension.extensionId === ava.extensionId && extension.status === 'ACTIVE'
  })
  const { status } = await app.query(StatusDocument)
  expect(status).toMatchObject({ connected: true, activeExtensions: 1 })
  expect(Date.parse(status.expiresAt ?? '')).toBeGreaterThan(Date.now())
  const { phoneNumbers } = await app.query(PhoneNumbersDocument)
  expect(phoneNumbers.nodes).toMatchObject([
    { phoneNumber: ava.number, extension: { extensionId: ava.extensionId } },
  ])
  expect(phoneNumbers.nodes[0]?.features).toContain('SmsSender')

  // A customer writes: the text is there the moment it arrives, and in the list.
  const inbox = await app.subscribe(TextReceivedDocument)
  await arrive(simulator.url, { from: customer, to: ava.number, text: 'Is the sofa in?' })
  const first = await inbox.waitFor(({ messageReceived }) => messageReceived.message)
  expect(first.messageReceived.message).toMatchObject({
    direction: 'INBOUND',
    status: 'RECEIVED',
    from: customer,
    to: [ava.number],
    text: 'Is the sofa in?',
  })
  expect((await app.query(MessagesDocument, { direction: 'INBOUND' })).messages).toMatchObject({
    totalCount: 1,
    nodes: [{ id: first.messageReceived.message.id }],
  })

  // Ava answers, and follows her text to the customer's phone.
  const progress = await app.subscribe(TextStatusChangedDocument)
  const answer = await app.query(SendSmsDocument, {
    from: ava.number,
    to: [customer],
    text: 'It came today.',
  })
  const sent = granted(answer.sendSms)
  expect(sent).toMatchObject({ status: 'QUEUED', direction: 'OUTBOUND' })
  await progress.waitFor(({ messageStatusChanged: { message } }) => {
    return message.id === sent.id && message.status === 'DELIVERED'
  })
  expect(progress.received.map(({ messageStatusChanged: { message } }) => message.status)).toEqual([
    'QUEUED',
    'SENDING',
    'SENT',
    'DELIVERED',
  ])
  expect(await outbox(simulator.url)).toMatchObject([
    { from: ava.number, to: [customer], text: 'It came today.' },
  ])

  // They had talked on the phone, which the call log shows, with the age of what it says.
  const log = await app.waitFor(CallLogsDocument, ({ callLogs }) => {
    return callLogs.asOf ? callLogs : undefined
  })
  expect(Date.now() - Date.parse(log.asOf ?? '')).toBeLessThan(60_000)
  expect(log.nodes.find(({ from }) => from.number === customer)).toMatchObject({
    direction: 'INBOUND',
    result: 'ANSWERED',
    startedAt,
    to: { number: ava.number },
  })

  // Ben is sent a link of his own, and his number can be used as well.
  const { createInviteToken } = await app.query(CreateInviteTokenDocument)
  const invitation = granted(createInviteToken)
  expect(Date.parse(invitation.expiresAt)).toBeGreaterThan(Date.parse(link.expiresAt))
  const colleague = createBrowser()
  expect((await colleague.open(invitation.connectUrl)).html).toContain('Ben, project manager')
  const { location } = await colleague.begin(invitation.connectUrl)
  await colleague.open(await colleague.consent(location, ben.extensionId, 'allow'))
  await app.waitFor(ExtensionsDocument, ({ extensions }) =>
    extensions.nodes.some(
      ({ extensionId, webhook, phoneNumbers }) =>
        extensionId === ben.extensionId && webhook && phoneNumbers.length > 0,
    ),
  )
  expect((await app.query(StatusDocument)).status.activeExtensions).toBe(2)
  const fromBen = granted(
    (
      await app.query(SendSmsDocument, {
        from: ben.number,
        to: [customer],
        text: 'I deliver it tomorrow.',
      })
    ).sendSms,
  )
  await progress.waitFor(({ messageStatusChanged: { message } }) => {
    return message.id === fromBen.id && message.status === 'DELIVERED'
  })
  expect((await app.query(MessageDocument, { id: fromBen.id })).message).toMatchObject({
    extension: { extensionId: ben.extensionId },
  })

  // A dashboard was closed for a while. It goes on where it stopped: nothing missed, nothing twice.
  inbox.stop()
  await arrive(simulator.url, { from: customer, to: ben.number, text: 'Great!' })
  await arrive(simulator.url, { from: customer, to: ava.number, text: 'Thank you!' })
  const reopened = await app.subscribe(TextReceivedDocument, {
    after: first.messageReceived.cursor,
  })
  await reopened.waitFor(() => reopened.received.length === 2)
  expect(reopened.received.map(({ messageReceived: { message } }) => message.text).sort()).toEqual([
    'Great!',
    'Thank you!',
  ])

  // The tenant leaves: its subscribers hear it, and RingCentral gets everything back.
  const { disconnect } = await app.query(DisconnectDocument)
  expect(granted(disconnect).extensions.map((extension) => extension.status)).toEqual([
    'REVOKED',
    'REVOKED',
  ])
  for (const { extensionId } of [ava, ben]) {
    await changes.waitFor(({ extensionChanged: { extension } }) => {
      return extension.extensionId === extensionId && extension.status === 'REVOKED'
    })
  }
  await eventually(async () => {
    const page = await (await fetch(`${simulator.url}/simulator`)).text()
    expect(page).toContain('Nobody has subscribed.')
    expect(page.match(/not connected/g)).toHaveLength(3)
  })

  // From now on it is refused, and what was said stays.
  expect((await app.query(StatusDocument)).status.connected).toBe(false)
  expect((await app.query(PhoneNumbersDocument)).phoneNumbers.nodes).toEqual([])
  const late = await app.query(SendSmsDocument, {
    from: ava.number,
    to: [customer],
    text: 'One more thing',
  })
  expect(late.sendSms).toMatchObject({ code: 'NOT_CONNECTED' })
  expect((await app.query(DisconnectDocument)).disconnect).toMatchObject({ code: 'NOT_CONNECTED' })
  expect((await app.query(MessagesDocument)).messages.totalCount).toBe(5)
  expect(await outbox(simulator.url)).toHaveLength(2)
})

/** What was asked for; throws when it is a typed error instead. */
function granted<Result extends object>(result: Result): Exclude<Result, { code: string }> {
  if ('code' in result) throw new Error(JSON.stringify(result))
  return result as Exclude<Result, { code: string }>
}

type Text = { from: string; to: string; text: string }

async function arrive(simulatorUrl: string, text: Text) {
  await post(`${simulatorUrl}/simulator/inbound`, text)
}

async function call(simulatorUrl: string, call: { from: string; to: string; startedAt: string }) {
  await post(`${simulatorUrl}/simulator/calls`, call)
}

async function outbox(simulatorUrl: string) {
  return (await fetch(`${simulatorUrl}/simulator/outbox`)).json()
}

async function post(url: string, body: object) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
}

async function eventually(check: () => Promise<void>) {
  for (const giveUpAt = Date.now() + 10_000; ; await sleep(50)) {
    try {
      return await check()
    } catch (error) {
      if (Date.now() > giveUpAt) throw error
    }
  }
}
