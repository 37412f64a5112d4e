import { expect, test } from 'vitest'
import { lookUp } from '../support/directory.ts'
import { ava, ben, cleo, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { asked } from '../support/ledger.ts'
import { captureLogs } from '../support/logs.ts'
import { allowAtRingCentral, createBrowser } from '../support/person.ts'
import { send, stranger } from '../support/texts.ts'

const mapping = '... on UserMapping { userId extensionId warning }'
const taken =
  '... on UserAlreadyMappedError { userId extensionId } ... on ExtensionAlreadyMappedError { userId extensionId }'

async function map(tenant: TestTenant, userId: string, extensionId: string) {
  const document = `mutation ($input: MapUserInput!) { result: mapUser(input: $input) { ${mapping} ${taken} ... on Error { code message } } }`
  return (await tenant.query(document, { input: { userId, extensionId } })).result
}

async function unmap(tenant: TestTenant, userId: string) {
  const document = `mutation ($input: UnmapUserInput!) { result: unmapUser(input: $input) { ${mapping} ... on Error { code } } }`
  return (await tenant.query(document, { input: { userId } })).result
}

async function suggest(tenant: TestTenant, users: { userId: string; email: string }[]) {
  const document = `query ($input: SuggestUserMappingsInput!) { suggestUserMappings(input: $input) { userId outcome extensionId candidates { name } } }`
  return (await tenant.query(document, { input: { users } })).suggestUserMappings
}

async function mappings(tenant: TestTenant): Promise<string[]> {
  const { userMappings } = await tenant.query(
    '{ userMappings { totalCount nodes { userId extensionId person { name } extension { status } } } }',
  )
  return userMappings.nodes.map(({ userId, person }: any) => `${userId} is ${person?.name}`).sort()
}

async function linkFor(tenant: TestTenant, userId: string): Promise<string> {
  const document = `mutation ($input: CreateInviteTokenInput) { result: createInviteToken(input: $input) { ... on ConnectToken { connectUrl } ... on Error { code } } }`
  return (await tenant.query(document, { input: { userId } })).result.connectUrl
}

test('a CRM admin maps users and corrects a double mapping', async () => {
  const gateway = await startGateway()
  const acme = await gateway.createTenant()
  await acme.connect(ava)

  // The admin has the CRM's users matched by their mail addresses.
  const users = [
    { userId: 'crm-1', email: 'AVA@example.com' },
    { userId: 'crm-2', email: 'Ben@Example.com ' },
    { userId: 'crm-3', email: 'nobody@example.com' },
  ]
  const suggestions = await suggest(acme, users)
  expect(suggestions).toMatchObject([
    { userId: 'crm-1', outcome: 'SUGGESTED', extensionId: ava.extensionId },
    { userId: 'crm-2', outcome: 'SUGGESTED', extensionId: ben.extensionId },
    { userId: 'crm-3', outcome: 'NOT_FOUND', extensionId: null, candidates: [] },
  ])

  // Ava is confirmed. For the second, the admin picks the wrong person from the search.
  expect(await map(acme, 'crm-1', ava.extensionId)).toMatchObject({ userId: 'crm-1' })
  const [found] = (await lookUp(acme, 'cleo')).nodes
  expect(await map(acme, 'crm-2', found.extensionId)).toMatchObject({ userId: 'crm-2' })

  // When Cleo's own user comes, the answer names who has her extension.
  expect(await map(acme, 'crm-4', cleo.extensionId)).toMatchObject({
    code: 'EXTENSION_ALREADY_MAPPED',
    userId: 'crm-2',
    extensionId: cleo.extensionId,
  })
  expect(await map(acme, 'crm-2', ben.extensionId)).toMatchObject({
    code: 'USER_ALREADY_MAPPED',
    userId: 'crm-2',
    extensionId: cleo.extensionId,
  })
  expect(await unmap(acme, 'crm-2')).toMatchObject({
    userId: 'crm-2',
    extensionId: cleo.extensionId,
    warning: null,
  })
  expect(await unmap(acme, 'crm-2')).toEqual({ code: 'USER_NOT_MAPPED' })
  expect(await map(acme, 'crm-2', ben.extensionId)).toMatchObject({ userId: 'crm-2' })
  expect(await map(acme, 'crm-4', cleo.extensionId)).toMatchObject({ userId: 'crm-4' })
  expect(await mappings(acme)).toEqual([
    'crm-1 is Ava Hart',
    'crm-2 is Ben Ortiz',
    'crm-4 is Cleo Park',
  ])

  // From now on the CRM names its own users.
  const document = `mutation ($input: SendSmsInput!) { result: sendSms(input: $input) { ... on Message { from } ... on Error { code } } }`
  const text = (input: object) =>
    acme.query(document, { input: { to: [stranger], text: 'Hello', ...input } })
  expect(await text({ userId: 'crm-1' })).toEqual({ result: { from: ava.number } })
  expect(await text({ userId: 'crm-9' })).toEqual({ result: { code: 'USER_NOT_MAPPED' } })
  expect(await text({ userId: 'crm-2' })).toEqual({ result: { code: 'NOT_CONNECTED' } })
  expect(await text({})).toEqual({ result: { code: 'INVALID_INPUT' } })
  expect(await text({ userId: 'crm-1', from: ava.number })).toEqual({
    result: { code: 'INVALID_INPUT' },
  })
  const { extensions } = await acme.query('{ extensions { nodes { mappedUser { userId } } } }')
  expect(extensions.nodes).toEqual([{ mappedUser: { userId: 'crm-1' } }])
})

test('of many that map the same extension or user at once, one does', async () => {
  const gateway = await startGateway()
  const acme = await gateway.createTenant()
  await acme.connect(ava)
  await lookUp(acme)
  const sameExtension = await Promise.all(
    Array.from({ length: 8 }, (_, n) => map(acme, `crm-${n}`, ava.extensionId)),
  )
  const [winner] = sameExtension.filter(({ code }) => !code)
  expect(sameExtension.filter(({ code }) => code === 'EXTENSION_ALREADY_MAPPED')).toHaveLength(7)
  for (const { userId } of sameExtension) expect(userId).toBe(winner.userId)
  const sameUser = await Promise.all(
    [ben, cleo, ben, cleo].map(({ extensionId }) => map(acme, 'crm-x', extensionId)),
  )
  expect(new Set(sameUser.map(({ extensionId }) => extensionId)).size).toBe(1)
  expect(await mappings(acme)).toHaveLength(2)
})

test('who is disabled, not there, ambiguous or taken is not suggested, and it says why', async () => {
  const gateway = await startGateway()
  const { simulator } = gateway
  simulator.setExtensionStatus(ben.extensionId, 'Disabled')
  for (const lastName of ['One', 'Two']) {
    simulator.addExtension({ firstName: 'Twin', lastName, email: 'twin@example.com' })
  }
  const acme = await gateway.createTenant()
  await acme.connect(ava)
  await map(acme, 'somebody', cleo.extensionId)
  const { warning } = await map(acme, 'disabled', ben.extensionId)
  expect(warning).toContain('Ben Ortiz is Disabled at RingCentral: an administrator')
  expect(await unmap(acme, 'disabled')).toMatchObject({ userId: 'disabled' })
  const outcomes = await suggest(acme, [
    { userId: '1', email: 'ben@example.com' },
    { userId: '2', email: 'TWIN@example.com' },
    { userId: '3', email: 'cleo@example.com' },
    { userId: 'somebody', email: 'ava@example.com' },
    { userId: '5', email: '' },
  ])
  expect(outcomes.map(({ outcome }: any) => outcome)).toEqual([
    'NOT_ENABLED',
    'AMBIGUOUS',
    'EXTENSION_MAPPED',
    'MAPPED',
    'NOT_FOUND',
  ])
  expect(outcomes[1].candidates).toHaveLength(2)
  const twice = await suggest(acme, [
    { userId: '1', email: 'ava@example.com' },
    { userId: '2', email: 'Ava@example.com' },
  ])
  expect(twice.map(({ outcome }: any) => outcome)).toEqual(['AMBIGUOUS', 'AMBIGUOUS'])
})

test('an invite link for a user maps them when they connect', async () => {
  const gateway = await startGateway()
  const acme = await gateway.createTenant()
  await allowAtRingCentral(await linkFor(acme, 'crm-1'), ava.extensionId)
  await lookUp(acme)
  expect(await mappings(acme)).toEqual(['crm-1 is Ava Hart'])
  // Connecting again, with another link for the same user, changes nothing.
  await allowAtRingCentral(await linkFor(acme, 'crm-1'), ava.extensionId)
  expect(await mappings(acme)).toEqual(['crm-1 is Ava Hart'])
})

test.each([
  ['the user is another extension', 'crm-1', ben.extensionId, 'another RingCentral extension'],
  ['the extension is another user', 'crm-2', ava.extensionId, 'another user'],
])(
  '%s: the page tells, nothing is half done, and the link is good again',
  async (_, userId, signedIn, told) => {
    const logs = captureLogs()
    const gateway = await startGateway({ app: { logger: logs.logger } })
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    await map(acme, 'crm-1', ava.extensionId)
    const before = await state(gateway)

    const url = await linkFor(acme, userId)
    const browser = createBrowser()
    const { location } = await browser.begin(url)
    const page = await browser.open(await browser.consent(location, signedIn, 'allow'))
    expect(page.status).toBe(409)
    expect(page.html).toContain(told)
    expect(page.html).toContain('Nothing was changed: if your extension was connected to Acme')
    // A person's slip is no fault of the gateway's.
    const lines = logs
      .text()
      .split('\n')
      .filter((line) => line.includes('ALREADY_MAPPED'))
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 30, reason: expect.stringContaining('_ALREADY_MAPPED') }),
    ])
    expect(lines[0]).not.toContain('stack')
    expect(await state(gateway)).toEqual(before)
    expect(asked(gateway, '/restapi/oauth/revoke')).toHaveLength(1)
    // The right person takes the same link.
    const right = userId === 'crm-1' ? ava : ben
    await allowAtRingCentral(url, right.extensionId)
    expect(await gateway.db.userMapping.count({ where: { userId, ...idOf(right) } })).toBe(1)
  },
)

test('disconnecting keeps the mappings, unless asked to remove them', async () => {
  const gateway = await startGateway()
  const acme = await gateway.createTenant()
  await acme.connect(ava)
  await map(acme, 'crm-1', ava.extensionId)
  await acme.query('mutation { disconnect { __typename } }')
  expect(await mappings(acme)).toHaveLength(1)
  expect(await send(acme, { userId: 'crm-1', to: [stranger], text: 'Hi' } as never)).toMatchObject({
    code: 'EXTENSION_REVOKED',
  })
  await acme.connect(ava)
  expect(await mappings(acme)).toHaveLength(1)
  await acme.query('mutation { disconnect(input: { removeMappings: true }) { __typename } }')
  expect(await mappings(acme)).toEqual([])
})

test('what is no user and no extension is refused', async () => {
  const gateway = await startGateway()
  const acme = await gateway.createTenant()
  await acme.connect(ava)
  expect(await map(acme, 'crm-1', '999')).toMatchObject({
    code: 'EXTENSION_NOT_FOUND',
    message: expect.stringContaining('`extensionId` of somebody in `directory`'),
  })
  expect(await map(acme, 'crm-1', '102')).toMatchObject({
    code: 'EXTENSION_NOT_FOUND',
    message: expect.stringContaining(`Ben Ortiz (\`extensionId\` ${ben.extensionId})`),
  })
  for (const userId of [' ', 'x'.repeat(256)]) {
    expect(await map(acme, userId, ava.extensionId)).toMatchObject({ code: 'INVALID_INPUT' })
  }
})

const idOf = ({ extensionId }: typeof ava) => ({ extensionId })

/** What there is, but for times. */
async function state({ db }: Gateway) {
  return {
    extensions: await db.extension.findMany({ select: { extensionId: true, status: true } }),
    grants: await db.grant.findMany({ select: { extensionRowId: true, version: true } }),
    mappings: await db.userMapping.findMany(),
  }
}
