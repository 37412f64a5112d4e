import { execute, parse } from 'graphql'
import { describe, expect, it, test } from 'vitest'
import { allAbilities, needsOf } from '../../src/extensions/abilities.ts'
import { ensureWebhookJob } from '../../src/extensions/jobs.ts'
import { schema } from '../../src/schema.ts'
import { ava, ben, startGateway, type TestTenant } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { allowAtRingCentral } from '../support/person.ts'
import { capabilitiesOf, change } from '../support/settings.ts'
import { stranger } from '../support/texts.ts'

const works = {
  works: true,
  missingScope: null,
  disabledFeature: null,
  disabledFilter: null,
  reason: null,
}

/** An extension that RingCentral has been told everything about. */
async function connected(
  options: Parameters<typeof startGateway>[0] = {},
  people: (typeof ava)[] = [ava],
) {
  const gateway = await startGateway(options)
  gateway.simulator.addNumber({
    phoneNumber: '+12025550150',
    extensionId: ava.extensionId,
    features: ['A2PSmsSender'],
  })
  const jobs = await createJobRunner(gateway)
  const acme = await gateway.createTenant()
  for (const person of people) await acme.connect(person)
  await jobs.idle()
  return { gateway, jobs, acme }
}

async function connectByHand(tenant: TestTenant, extensionId: string) {
  const { createConnectToken } = await tenant.query(
    'mutation { createConnectToken { ... on ConnectToken { connectUrl } } }',
  )
  await allowAtRingCentral(createConnectToken.connectUrl, extensionId)
}

describe('capabilities', () => {
  it('of an administrator whose grant covers all are all there', async () => {
    const { acme } = await connected()
    const capabilities = await capabilitiesOf(acme, ava)
    expect(Object.keys(capabilities)).toEqual(allAbilities)
    for (const ability of allAbilities) expect(capabilities[ability], ability).toEqual(works)
  })

  it('know that only an administrator reads the company’s log', async () => {
    const { acme } = await connected({}, [ben])
    const { READ_COMPANY_CALL_LOG, READ_CALL_LOG } = await capabilitiesOf(acme, ben)
    expect(READ_CALL_LOG).toEqual(works)
    expect(READ_COMPANY_CALL_LOG).toEqual({
      ...works,
      works: false,
      reason: expect.stringContaining('administrator'),
    })
  })

  it('know that texts need a number', async () => {
    const gateway = await startGateway()
    const jobs = await createJobRunner(gateway)
    const acme = await gateway.createTenant()
    const { id: extensionId } = gateway.simulator.addExtension({ firstName: 'N', lastName: 'O' })
    await connectByHand(acme, extensionId)
    await jobs.idle()
    const capabilities = await capabilitiesOf(acme, { extensionId })
    const broken = allAbilities.filter((ability) => !capabilities[ability].works)
    expect(broken).toEqual([
      ...['SEND_SMS', 'RECEIVE_SMS', 'HIGH_VOLUME_SMS', 'READ_COMPANY_CALL_LOG'],
    ])
    expect(capabilities.SEND_SMS).toEqual({
      ...works,
      works: false,
      reason: expect.stringContaining('no number that can text'),
    })
  })

  it('name the scope that is missing, and the filter that RingCentral switched off', async () => {
    const { acme } = await connected({ simulator: { scope: 'ReadAccounts SubscriptionWebhook' } })
    const capabilities = await capabilitiesOf(acme, ava)
    for (const ability of allAbilities) {
      const scope = needsOf(ability).scopes[0] ?? ''
      if (scope === 'ReadAccounts') expect(capabilities[ability]).toEqual(works)
      else {
        expect(capabilities[ability], ability).toMatchObject({
          works: false,
          missingScope: scope,
          reason: expect.stringContaining(scope),
        })
      }
    }
    const { disabledFilter } = capabilities.LIVE_MESSAGES
    expect(disabledFilter.filter).toContain(
      `/extension/${ava.extensionId}/message-store/instant?type=SMS`,
    )
    expect(disabledFilter.reason).toContain('ReadMessages')
    expect(capabilities.SEND_SMS.disabledFilter).toBeNull()
  })

  it('tell of a filter that RingCentral switched off though the scope is there', async () => {
    const { acme, gateway, jobs } = await connected({
      simulator: { scope: ['ReadAccounts', 'SMS', 'SubscriptionWebhook'] },
    })
    // As if the registration had been narrowed after the user connected.
    const extension = await gateway.db.extension.findFirstOrThrow()
    const scopes = [...extension.scopes, 'CallControl', 'ReadPresence']
    await gateway.db.extension.update({ where: { id: extension.id }, data: { scopes } })
    // Until RingCentral has been asked, it is not live.
    expect((await capabilitiesOf(acme, ava)).LIVE_CALLS).toMatchObject({
      works: false,
      missingScope: null,
      disabledFilter: null,
      reason: expect.stringContaining('being asked'),
    })
    await jobs.run(ensureWebhookJob, { extensionRowId: extension.id })
    const { LIVE_CALLS, LIVE_PRESENCE, READ_PRESENCE } = await capabilitiesOf(acme, ava)
    for (const [capability, path] of [
      [LIVE_CALLS, '/telephony/sessions'],
      [LIVE_PRESENCE, '/presence'],
    ] as const) {
      expect(capability).toMatchObject({
        works: false,
        missingScope: null,
        disabledFilter: { filter: expect.stringContaining(path) },
        reason: expect.stringContaining('does not notify us'),
      })
    }
    expect(READ_PRESENCE).toEqual(works)
  })

  it('of an extension whose grant has ended are none', async () => {
    const { acme } = await connected()
    await acme.query('mutation { disconnect { __typename } }')
    const capabilities = await capabilitiesOf(acme, ava)
    for (const ability of allAbilities) {
      expect(capabilities[ability]).toEqual({
        ...works,
        works: false,
        reason: expect.stringContaining('connects again'),
      })
    }
  })

  it('of a page cost as many questions to the database as those of one', async () => {
    const { acme, gateway } = await connected()
    for (let n = 0; n < 4; n += 1) {
      const { id } = gateway.simulator.addExtension({ firstName: 'P', lastName: String(n) })
      await connectByHand(acme, id)
    }
    const asked = async (first: number) => {
      const questions: string[] = []
      const db = gateway.db.$extends({
        query: {
          $allOperations({ model, operation, args, query }) {
            questions.push(`${model}.${operation}`)
            return query(args)
          },
        },
      })
      const viewer = { kind: 'tenant', tenantId: acme.id, scopes: ['extensions:read'] }
      const document = parse(
        `{ extensions(first: ${first}) { nodes { capabilities { ability works } } } }`,
      )
      const { data, errors } = await execute({ schema, document, contextValue: { db, viewer } })
      expect(errors).toBeUndefined()
      return { count: (data as any).extensions.nodes.length, questions }
    }
    const one = await asked(1)
    const five = await asked(5)
    expect([one.count, five.count]).toEqual([1, 5])
    expect(five.questions).toEqual(one.questions)
    expect(five.questions).toHaveLength(4)
  })
})

/** The abilities that are a mutation, and what doing it takes. */
const mutations: Record<string, { field: string; input: (callId: string) => object }> = {
  SEND_SMS: {
    field: 'sendSms',
    input: () => ({ from: ava.number, to: [stranger], text: 'Hello' }),
  },
  SEND_INTERNAL_MESSAGE: {
    field: 'sendInternalMessage',
    input: () => ({ from: ava.extensionId, to: [ben.extensionId], text: 'Hello' }),
  },
  START_CALL: { field: 'startCall', input: () => ({ from: ava.number, to: stranger }) },
  CONTROL_CALLS: { field: 'hangUp', input: (callId) => ({ callId }) },
  SET_PRESENCE: {
    field: 'setPresence',
    input: () => ({ extensionId: ava.extensionId, userStatus: 'BUSY' }),
  },
  WRITE_CONTACTS: {
    field: 'createContact',
    input: () => ({ extensionId: ava.extensionId, firstName: 'Mia' }),
  },
  UPDATE_EXTENSION: {
    field: 'updateExtension',
    input: () => ({ extensionId: ava.extensionId, jobTitle: 'X' }),
  },
}

describe('what does not work is what a mutation refuses', () => {
  const calls = { ringMs: 50, talkMs: 60_000, logLagMs: 0 }

  async function attempt(acme: TestTenant, ability: string, callId: string) {
    const { field, input } = mutations[ability] ?? { field: '', input: () => ({}) }
    const type = `${field[0]?.toUpperCase()}${field.slice(1)}Input`
    const document = `mutation ($input: ${type}!) { result: ${field}(input: $input) { __typename ... on Error { code }
      ... on GrantLacksScopeError { scope } ${field in withFeatures ? '... on FeatureDisabledError { feature }' : ''} } }`
    return (await acme.query(document, { input: input(callId) })).result
  }
  const withFeatures = {
    sendInternalMessage: 1,
    startCall: 1,
    hangUp: 1,
    setPresence: 1,
    createContact: 1,
  }

  /** One that somebody talks in. */
  async function talking({ gateway, acme }: Awaited<ReturnType<typeof connected>>) {
    gateway.simulator.addCall({ from: stranger, to: ava.number })
    return acme.waitFor(
      '{ activeCalls { id status } }',
      ({ activeCalls }) =>
        activeCalls.find(({ status }: any) => ['RINGING', 'ANSWERED'].includes(status))?.id,
    ) as Promise<string>
  }

  test('for want of a scope', async () => {
    const scope = ['ReadAccounts', 'ReadMessages', 'SubscriptionWebhook', 'ReadCallLog']
    const all = await connected({ simulator: { scope, calls } })
    const callId = await talking(all)
    const capabilities = await capabilitiesOf(all.acme, ava)
    for (const ability of Object.keys(mutations)) {
      const { works, missingScope } = capabilities[ability]
      expect(works, ability).toBe(false)
      expect(await attempt(all.acme, ability, callId), ability).toMatchObject({
        code: 'GRANT_LACKS_SCOPE',
        scope: missingScope,
      })
    }
  })

  test('for want of a feature, and works with it', async () => {
    const all = await connected({ simulator: { calls } })
    const callId = await talking(all)
    const disable = ['INTERNAL_MESSAGES', 'CALL_CONTROL', 'PRESENCE', 'CONTACTS']
    await change(all.acme, { disable })
    const off = await capabilitiesOf(all.acme, ava)
    const refused = Object.keys(mutations).filter((ability) => !off[ability].works)
    expect(refused).toEqual([
      'SEND_INTERNAL_MESSAGE',
      'START_CALL',
      'CONTROL_CALLS',
      'SET_PRESENCE',
      'WRITE_CONTACTS',
    ])
    for (const ability of refused) {
      expect(await attempt(all.acme, ability, callId), ability).toMatchObject({
        code: 'FEATURE_DISABLED',
        feature: off[ability].disabledFeature,
      })
    }
    await change(all.acme, { enable: disable })
    const on = await capabilitiesOf(all.acme, ava)
    for (const ability of Object.keys(mutations)) {
      expect(on[ability], ability).toEqual(works)
      const { __typename } = await attempt(all.acme, ability, callId)
      expect(__typename, ability).not.toMatch(/Error$/)
    }
  })
})
