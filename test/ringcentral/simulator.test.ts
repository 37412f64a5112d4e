/** The client and the simulator know nothing of each other's code: here they meet over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Simulator, startSimulator } from '../../simulator/simulator.ts'
import type { RingCentralApi } from '../../src/ringcentral/client.ts'
import * as errors from '../../src/ringcentral/errors.ts'
import { subscriptionReminder } from '../../src/ringcentral/event-filters.ts'
import {
  instantSms,
  mailboxChanges,
  type Notification,
  parseNotification,
} from '../../src/ringcentral/notifications.ts'
import { canSendSms } from '../../src/ringcentral/phone-numbers.ts'
import type { ResponseReport } from '../../src/ringcentral/rate-limits.ts'
import { clientOf, failureFrom, startRingCentral } from './servers.ts'

const redirectUri = 'https://gateway.example/v1/rc/callback'
const customer = '+13105550177'

let simulator: Simulator
let client: ReturnType<typeof clientOf>

beforeAll(async () => {
  simulator = await startSimulator({
    limits: false,
    delivery: { sentAfterMs: 20, deliveredAfterMs: 40 },
  })
  const { clientId, clientSecret } = simulator
  client = clientOf(simulator.url, { clientId, clientSecret })
})
afterAll(() => simulator.close())

/** What a person does in the browser: says yes on RingCentral's page, and is sent back to us. */
async function consent(extensionId: string, decision = 'allow') {
  const { verifier, challenge } = await client.oauth.pkce()
  const request = { redirectUri, state: 'some-state', codeChallenge: challenge }
  const form = new URLSearchParams(client.oauth.authorizationUrl(request).searchParams)
  form.set('decision', decision)
  form.set('extensionId', extensionId)
  const page = `${simulator.url}/restapi/oauth/authorize`
  const answer = await fetch(page, { method: 'POST', body: form, redirect: 'manual' })
  return { callbackUrl: new URL(answer.headers.get('location') ?? ''), redirectUri, verifier }
}

function person(extensionNumber: string) {
  const found = simulator.extensions().find((one) => one.extensionNumber === extensionNumber)
  if (!found) throw new Error(`nobody has extension ${extensionNumber}`)
  return found
}

async function connect(extensionNumber: string) {
  const tokens = await client.oauth.exchangeCode(await consent(person(extensionNumber).id))
  return { tokens, api: client.api(tokens.accessToken) }
}

const theOutbox = (text: string) => simulator.outbox().filter((entry) => entry.text === text)

describe('a grant', () => {
  test('names its extension, and the extension its account', async () => {
    const { tokens, api } = await connect('101')
    const extension = await api.account.getExtension()
    expect(extension).toMatchObject({
      id: tokens.extensionId,
      extensionNumber: '101',
      email: person('101').email,
      isAdmin: true,
    })
    expect((await api.account.getAccount()).id).toBe(extension.accountId)
    expect(tokens.scopes).toContain('SMS')
  })

  test('is refreshed: a repeated refresh gives the same pair, and the old access token is dead', async () => {
    const { tokens, api } = await connect('102')
    const fresh = await client.oauth.refresh(tokens.refreshToken)
    const again = await client.oauth.refresh(tokens.refreshToken)
    expect(again.accessToken).toBe(fresh.accessToken)
    expect(again.refreshToken).toBe(fresh.refreshToken)

    const error = await failureFrom(api.account.getExtension())
    expect(error).toBeInstanceOf(errors.RingCentralUnauthorizedError)
    expect(error).toHaveProperty('code', expect.stringMatching(/^OAU-/))
  })

  test('ends with a revocation', async () => {
    const { tokens } = await connect('103')
    await client.oauth.revoke(tokens.refreshToken)
    const error = await failureFrom(client.oauth.refresh(tokens.refreshToken))
    expect(error).toBeInstanceOf(errors.InvalidGrantError)
  })

  test('does not come about when the person says no, or the code is used twice', async () => {
    const no = await failureFrom(client.oauth.exchangeCode(await consent(person('101').id, 'deny')))
    expect(no).toMatchObject({ name: 'OAuthRefusedError', error: 'access_denied' })

    const yes = await consent(person('101').id)
    await client.oauth.exchangeCode(yes)
    const twice = await failureFrom(client.oauth.exchangeCode(yes))
    expect(twice).toBeInstanceOf(errors.InvalidGrantError)
  })

  test('a wrong client secret is not taken for a dead grant', async () => {
    const stranger = clientOf(simulator.url, { clientId: simulator.clientId, clientSecret: 'no' })
    const error = await failureFrom(stranger.oauth.refresh('whatever'))
    expect(error).toBeInstanceOf(errors.OAuthRefusedError)
  })
})

describe('a text', () => {
  test('is sent from a number of one’s own, read back, and followed until it is delivered', async () => {
    const { api } = await connect('101')
    const from = (await api.phoneNumbers.list()).find(canSendSms)?.phoneNumber ?? ''
    const start = new Date(simulator.clock.now() - 60_000)
    const { syncToken } = await api.messages.syncMessages({ type: 'full', dateFrom: start })

    const sent = await api.messages.sendSms({ from, to: [customer], text: 'Your sofa is ready' })
    expect(theOutbox('Your sofa is ready')).toMatchObject([{ id: sent.id, from, to: [customer] }])
    const read = await api.messages.getMessage(sent.id)
    expect(read).toMatchObject({ text: 'Your sofa is ready', conversationId: sent.conversationId })
    // More digits than a JavaScript number keeps.
    expect(BigInt(sent.conversationId ?? 0)).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER))

    const listed = await api.messages.listMessages({
      dateFrom: start,
      direction: 'Outbound',
      phoneNumber: customer,
    })
    expect(listed.messages.map(({ id }) => id)).toContain(sent.id)

    await expect
      .poll(async () => (await api.messages.getMessage(sent.id)).status, { timeout: 5000 })
      .toBe('delivered')
    const sync = await api.messages.syncMessages({ type: 'incremental', syncToken })
    expect(sync.messages.find(({ id }) => id === sent.id)).toMatchObject({ status: 'delivered' })
    expect(sync.syncToken).not.toBe('')
  })

  test('from somebody else’s number is refused', async () => {
    const { api } = await connect('102')
    const from = simulator.numbers().find((one) => one.extensionId === person('101').id)
    const error = await failureFrom(
      api.messages.sendSms({ from: from?.phoneNumber ?? '', to: [customer], text: 'Not mine' }),
    )
    expect(error).toBeInstanceOf(errors.RingCentralRefusedError)
    expect(error).toMatchObject({ status: 403, code: 'MSG-304' })
    expect(theOutbox('Not mine')).toEqual([])
  })

  test.each([
    ['accept-then-reset', {}, 'RingCentralInDoubtError', 1],
    ['accept-then-status', { status: 502, body: 'Bad Gateway' }, 'RingCentralInDoubtError', 1],
    ['reset', {}, 'RingCentralInDoubtError', 0],
    ['status', { status: 503, body: 'Try later' }, 'RingCentralInDoubtError', 0],
    ['status', { status: 503 }, 'RingCentralUnavailableError', 0],
    ['status', { status: 500 }, 'RingCentralInDoubtError', 0],
    ['rate-limit', { retryAfter: 7 }, 'RingCentralRateLimitedError', 0],
  ])('that meets %s %j is %s', async (kind, more, name, accepted) => {
    const { api } = await connect('101')
    const from = (await api.phoneNumbers.list()).find(canSendSms)?.phoneNumber ?? ''
    const text = `${kind} ${JSON.stringify(more)}`
    const plan = { kind, method: 'POST', path: '/restapi/v1.0/**/sms', count: 1, ...more }
    simulator.planFault(plan as Parameters<Simulator['planFault']>[0])

    const error = await failureFrom(api.messages.sendSms({ from, to: [customer], text }))
    expect(error).toHaveProperty('name', name)
    if (kind === 'rate-limit') expect(error).toHaveProperty('retryAfterMs', 7000)
    // The class keeps its word: only what is in doubt may have been accepted.
    expect(theOutbox(text)).toHaveLength(accepted)
  })

  test('a dead sync token asks for a full sync', async () => {
    const { api } = await connect('103')
    const { syncToken } = await api.messages.syncMessages({ type: 'full', dateFrom: new Date(0) })
    simulator.expireSyncTokens()
    const error = await failureFrom(api.messages.syncMessages({ type: 'incremental', syncToken }))
    expect(error).toBeInstanceOf(errors.SyncTokenExpiredError)
  })
})

test('a subscription shakes hands, brings notifications, is renewed and ends', async () => {
  const notifications: (Notification | undefined)[] = []
  const verification: unknown[] = []
  await using gateway = await startRingCentral(({ headers, body }) => {
    const handshake = headers['validation-token']
    if (handshake) return { headers: { 'validation-token': String(handshake) } }
    verification.push(headers['verification-token'])
    notifications.push(parseNotification(JSON.parse(body)))
    return {}
  })
  const { api } = await connect('103')
  const created = await api.subscriptions.create({
    address: `${gateway.serverUrl}/v1/rc/webhook/1`,
    eventFilters: [instantSms(), mailboxChanges(), subscriptionReminder(600, 300)],
    verificationToken: 'verify-me',
    expiresInSeconds: 3600,
  })
  expect(created).toMatchObject({ status: 'Active', disabledFilters: [] })
  expect(created.expiresAt.getTime()).toBeGreaterThan(simulator.clock.now() + 3_500_000)

  const to = simulator.numbers().find((one) => one.extensionId === person('103').id)?.phoneNumber
  simulator.inbound({ from: customer, to: to ?? '', text: 'When is it coming?' })
  await expect.poll(() => notifications.length, { timeout: 5000 }).toBeGreaterThanOrEqual(2)
  const instant = notifications.find((one) => one?.kind === 'instant-message')
  expect(instant).toMatchObject({
    subscriptionId: created.id,
    extensionId: person('103').id,
    body: { text: 'When is it coming?', from: { phoneNumber: customer }, status: 'received' },
  })
  const bell = notifications.find((one) => one?.kind === 'mailbox-change')
  expect(bell).toMatchObject({ body: { extensionId: person('103').id } })
  expect(notifications.filter((one) => !one || one.kind === 'unknown')).toEqual([])
  expect(new Set(verification)).toEqual(new Set(['verify-me']))

  expect((await api.subscriptions.list()).map(({ id }) => id)).toEqual([created.id])
  expect((await api.subscriptions.renew(created.id)).status).toBe('Active')
  simulator.blacklist(created.id)
  const broken = await api.subscriptions.get(created.id)
  expect(broken).toMatchObject({ status: 'Blacklisted', blacklistedReason: expect.any(String) })

  await api.subscriptions.remove(created.id)
  await api.subscriptions.remove(created.id)
  const gone = await failureFrom(api.subscriptions.renew(created.id))
  expect(gone).toMatchObject({ name: 'RingCentralRefusedError', status: 404 })
})

test('an address that does not shake hands gets no subscription', async () => {
  await using gateway = await startRingCentral(() => ({ status: 500 }))
  const { api } = await connect('102')
  const error = await failureFrom(
    api.subscriptions.create({
      address: `${gateway.serverUrl}/hook`,
      eventFilters: [instantSms()],
      verificationToken: 'v',
    }),
  )
  expect(error).toBeInstanceOf(errors.RingCentralRefusedError)
  expect(error).toHaveProperty('code', expect.stringMatching(/^SUB-52\d$/))
})

test('call logs are read to their end, of one extension and of the account', async () => {
  const { api } = await connect('101')
  const dateFrom = new Date(simulator.clock.now() - 7 * 86_400_000)
  const own = await api.callLog.listExtensionCalls({ dateFrom, perPage: 1, maxPages: 50 })
  const all = await api.callLog.listAccountCalls({ dateFrom, perPage: 2, maxPages: 50 })

  expect(own.complete).toBe(true)
  expect(own.calls.length).toBe(simulator.calls(person('101').id).length)
  expect(new Set(all.calls.map(({ id }) => id)).size).toBe(simulator.calls().length)
  for (const call of all.calls) {
    expect(call.startTime).toBeInstanceOf(Date)
    expect(['Inbound', 'Outbound']).toContain(call.direction)
  }
  const cut = await api.callLog.listAccountCalls({ dateFrom, perPage: 1, maxPages: 1 })
  expect(cut).toMatchObject({ complete: false, calls: [{ id: all.calls[0]?.id }] })
})

test('every operation’s group is the one that RingCentral names', async () => {
  const wrong: ResponseReport[] = []
  const seen = new Set<string>()
  const limited = await startSimulator({ limits: { Auth: 100, Heavy: 100 } })
  try {
    const { operationGroups } = await import('../../src/ringcentral/rate-limits.ts')
    const { clientId, clientSecret } = limited
    const onResponse = (report: ResponseReport) => {
      seen.add(report.operation)
      const named = report.limit !== undefined
      if (named && report.group !== operationGroups[report.operation]) wrong.push(report)
    }
    const { oauth, api } = clientOf(limited.url, { clientId, clientSecret, onResponse })
    const { verifier, challenge } = await oauth.pkce()
    const request = { redirectUri, state: 's', codeChallenge: challenge }
    const form = new URLSearchParams(oauth.authorizationUrl(request).searchParams)
    form.set('decision', 'allow')
    form.set('extensionId', person('101').id)
    const page = `${limited.url}/restapi/oauth/authorize`
    const answer = await fetch(page, { method: 'POST', body: form, redirect: 'manual' })
    const callbackUrl = new URL(answer.headers.get('location') ?? '')
    const tokens = await oauth.exchangeCode({ callbackUrl, redirectUri, verifier })
    const fresh = await oauth.refresh(tokens.refreshToken)
    const mine = api(fresh.accessToken)
    const { account, phoneNumbers, messages, subscriptions, callLog } = mine
    await account.getAccount()
    await account.getExtension()
    const from = (await phoneNumbers.list()).find(canSendSms)?.phoneNumber ?? ''
    const { id } = await messages.sendSms({ from, to: [customer], text: 'x' })
    await messages.getMessage(id)
    await messages.listMessages({ dateFrom: new Date(0) })
    await messages.syncMessages({ type: 'full', dateFrom: new Date(0) })
    await callLog.listExtensionCalls({ dateFrom: new Date(0) })
    await callLog.listAccountCalls({ dateFrom: new Date(0) })
    await useTexting(mine, from)
    await useCallsAndPeople(limited, mine)
    await using gateway = await startRingCentral(({ headers }) => ({
      headers: { 'validation-token': String(headers['validation-token']) },
    }))
    const address = `${gateway.serverUrl}/hook`
    const wanted = { address, eventFilters: [instantSms()], verificationToken: 'v' }
    const subscription = await subscriptions.create(wanted)
    await subscriptions.get(subscription.id)
    await subscriptions.update(subscription.id, wanted.eventFilters)
    await subscriptions.list()
    await subscriptions.renew(subscription.id)
    await subscriptions.remove(subscription.id)
    await oauth.revoke(fresh.refreshToken)
    expect([...seen].sort()).toEqual(Object.keys(operationGroups).sort())
    expect(wrong).toEqual([])
  } finally {
    await limited.close()
  }
})

/** Once each: whether anything comes of it is for the tests of each. */
async function useTexting(api: RingCentralApi, from: string) {
  const { consents, highVolume, messageTemplates, messages, phoneNumbers } = api
  const content = new Blob([new Uint8Array(8)], { type: 'text/plain' })
  const files = [{ fileName: 'note.txt', content }]
  await messages.sendMms({ from, to: [customer], text: 'x', files })
  await consents.search({ from: [from] })
  await consents.set({ from, to: customer, optStatus: 'OptOut' })
  await messageTemplates.list('company')
  await messageTemplates.list('personal')
  const [number] = await phoneNumbers.list()
  await phoneNumbers.getSmsConfiguration(number?.id ?? '')
  // A number of another kind: the answer is a refusal, which names its group too.
  await failureFrom(highVolume.createBatch({ from, messages: [{ to: customer, text: 'x' }] }))
  const dateFrom = new Date(Date.now() - 60_000)
  await highVolume.listMessages({ dateFrom, phoneNumber: [from] })
}

/** The same of calls and people. */
async function useCallsAndPeople(
  { addCall }: Simulator,
  { account, addressBook, callLog, directory, media, messages, ...api }: RingCentralApi,
) {
  await account.updateExtension({ jobTitle: 'Founder' })
  const to = [{ extensionNumber: '102' }]
  const { id } = await messages.sendInternalMessage({ to, text: 'x' })
  await messages.updateMessage(id, { readStatus: 'Read' })
  await callLog.syncExtensionCalls({ type: 'full' })
  await callLog.syncAccountCalls({ type: 'full' })
  await callLog.listActiveExtensionCalls()
  await callLog.listActiveAccountCalls()
  const numbers = { from: customer, to: '+12025550101' }
  const ringOut = await api.ringOut.create(numbers)
  await api.ringOut.get(ringOut.id)
  await api.ringOut.cancel(ringOut.id)
  const [call] = addCall({ ...numbers, talkMs: 60_000 })
  const party = [call?.telephonySessionId ?? '', call?.partyId ?? ''] as const
  const { hold, unhold, mute, unmute, transfer } = api.telephony
  await api.telephony.getSession(party[0])
  for (const act of [hold, unhold, mute, unmute]) await failureFrom(act(...party))
  await failureFrom(transfer(...party, { extensionNumber: '102' }))
  await api.telephony.dropSession(party[0])
  await api.presence.get()
  await api.presence.list()
  await api.presence.put({ userStatus: 'Busy' })
  await directory.listEntries()
  await directory.listExtensions()
  const contact = await addressBook.create({ firstName: 'Mia' })
  await addressBook.update(contact.id, { notes: 'x' })
  await addressBook.list()
  await addressBook.sync({ type: 'full' })
  await addressBook.remove(contact.id)
  await failureFrom(media.content({ recordingId: '1' }))
  await failureFrom(media.content({ messageId: '1', attachmentId: '1' }))
}
