import { beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../support/client.ts'
import { setConsent } from '../support/consents.ts'
import { ava, ben, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { send, smsRequests, stranger, waitForStatus } from '../support/texts.ts'
import { decisionOn, loseText, resolve } from './unconfirmed.ts'

let gateway: Gateway
let acme: TestTenant

beforeAll(async () => {
  gateway = await startGateway({ shared: true, app: { settleMs: 50 } })
  acme = await gateway.createTenant()
  await acme.connect(ava)
  return gateway.stop
})

const lose = (text: string, from = ava.number) => loseText(gateway, acme, { from, text })
const arrived = (text: string) => gateway.simulator.outbox().filter((sent) => sent.text === text)
const changes =
  'subscription { messageStatusChanged { message { id status resolution resendOf { id } } } }'

describe('resolveUnconfirmed', () => {
  it('RESEND makes one new message, which is sent, of twenty that ask for it at two instances', async () => {
    const original = await lose('Once more')
    const hears = await acme.subscribe(changes)
    const second = await gateway.startInstance()
    const elsewhere = createClient(second.url, acme.secret)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => resolve(n % 2 ? acme : elsewhere, original, 'RESEND')),
    )
    const [{ id, resendOf }] = answers
    expect(new Set(answers.map((answer) => answer.id))).toEqual(new Set([id]))
    expect(id).not.toBe(original)
    expect(resendOf).toMatchObject({ id: original, status: 'UNCONFIRMED', resolution: 'RESENT' })
    await waitForStatus(acme, id, 'DELIVERED')
    expect(arrived('Once more')).toHaveLength(1)
    expect(await gateway.db.message.count({ where: { text: 'Once more' } })).toBe(2)

    // Asked for once more, when it has long been done.
    expect(await resolve(acme, original, 'RESEND')).toMatchObject({ id, status: 'DELIVERED' })
    expect(await decisionOn(acme, original)).toMatchObject({
      status: 'UNCONFIRMED',
      resolution: 'RESENT',
      resentAs: { id },
    })
    expect(arrived('Once more')).toHaveLength(1)

    const told = () => hears.received.map((data) => data.messageStatusChanged.message)
    await hears.waitFor((data) => data.messageStatusChanged.message.status === 'DELIVERED')
    expect(told().filter((message) => message.id === original)).toEqual([
      { id: original, status: 'UNCONFIRMED', resolution: 'RESENT', resendOf: null },
    ])
    expect(told()).toContainEqual({
      id,
      status: 'QUEUED',
      resolution: null,
      resendOf: { id: original },
    })
  })

  it('GIVE_UP leaves it UNCONFIRMED with the decision, and sends nothing', async () => {
    const hears = await acme.subscribe(changes)
    const id = await lose('Never mind')
    const requests = smsRequests(gateway.simulator).length
    const given = await resolve(acme, id, 'GIVE_UP')
    expect(given).toMatchObject({ id, status: 'UNCONFIRMED', resolution: 'GIVEN_UP' })
    expect(await resolve(acme, id, 'GIVE_UP')).toEqual(given)
    await hears.waitFor((data) => data.messageStatusChanged.message.resolution === 'GIVEN_UP')
    const next = await send(acme, { from: ava.number, to: [stranger], text: 'Next' })
    await waitForStatus(acme, next.id, 'DELIVERED')
    expect(smsRequests(gateway.simulator)).toHaveLength(requests + 1)
    const notes = given.timeline.filter(({ kind }: { kind: string }) => kind === 'NOTE')
    expect(notes.at(-1).summary).toMatch(/Given up/)
  })

  it.each([
    ['RESEND', 'GIVE_UP', 'RESENT'],
    ['GIVE_UP', 'RESEND', 'GIVEN_UP'],
  ] as const)('%s cannot be followed by %s', async (first, then, resolution) => {
    const text = `First ${first}`
    const id = await lose(text)
    const decided = await resolve(acme, id, first)
    expect(await resolve(acme, id, then)).toMatchObject({ code: 'ALREADY_RESOLVED' })
    expect(await decisionOn(acme, id)).toMatchObject({ resolution })
    if (first === 'RESEND') await waitForStatus(acme, decided.id, 'DELIVERED')
    const copies = await gateway.db.message.count({ where: { text } })
    expect(copies).toBe(first === 'RESEND' ? 2 : 1)
  })

  it('of two who decide otherwise at the same time, lets one', async () => {
    const id = await lose('Undecided')
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => resolve(acme, id, n % 2 ? 'RESEND' : 'GIVE_UP')),
    )
    expect(answers.filter(({ code }) => code === 'ALREADY_RESOLVED')).toHaveLength(5)
    const { resolution, resentAs } = await decisionOn(acme, id)
    if (resentAs) await waitForStatus(acme, resentAs.id, 'DELIVERED')
    const copies = await gateway.db.message.count({ where: { text: 'Undecided' } })
    expect(copies).toBe(resolution === 'RESENT' ? 2 : 1)
  })

  it('has nothing to decide about one that was delivered, and knows only the tenant’s own', async () => {
    const { id } = await send(acme, { from: ava.number, to: [stranger], text: 'Delivered' })
    await waitForStatus(acme, id, 'DELIVERED')
    expect(await resolve(acme, id, 'RESEND')).toMatchObject({
      code: 'NOT_UNCONFIRMED',
      status: 'DELIVERED',
    })
    expect(arrived('Delivered')).toHaveLength(1)

    const other = await gateway.createTenant({ name: 'Other' })
    const lost = await lose('Ours')
    for (const unknown of [lost, 'msg_00000000000000000000000000', 'x']) {
      expect(await resolve(other, unknown, 'RESEND')).toMatchObject({ code: 'MESSAGE_NOT_FOUND' })
    }
    expect(await decisionOn(acme, lost)).toMatchObject({ resolution: null, resentAs: null })
  })

  it('does not resend to somebody who has opted out since, and leaves the decision open', async () => {
    const id = await lose('Still there?')
    const pair = { number: ava.number, other: stranger }
    await setConsent(acme, { ...pair, status: 'OPTED_OUT' })
    expect(await resolve(acme, id, 'RESEND')).toMatchObject({
      __typename: 'RecipientOptedOutError',
      code: 'RECIPIENT_OPTED_OUT',
    })
    expect(await decisionOn(acme, id)).toMatchObject({ resolution: null, resentAs: null })
    expect(await gateway.db.message.count({ where: { text: 'Still there?' } })).toBe(1)

    await setConsent(acme, { ...pair, status: 'OPTED_IN' })
    const { id: resent } = await resolve(acme, id, 'RESEND')
    await waitForStatus(acme, resent, 'SENT', 'DELIVERED')
  })

  it('does not resend for an extension that was revoked, and leaves the decision open', async () => {
    const { id: extensionId } = await acme.connect(ben)
    const id = await lose('From Ben', ben.number)
    gateway.simulator.revokeGrant(ben.extensionId)
    await acme.query(
      'mutation ($id: ID!) { discoverPhoneNumbers(input: { extensionId: $id }) { __typename } }',
      { id: extensionId },
    )
    await acme.waitFor('{ extensions { nodes { id status } } }', ({ extensions }) =>
      extensions.nodes.some(
        (node: { id: string; status: string }) =>
          node.id === extensionId && node.status === 'REVOKED',
      ),
    )
    expect(await resolve(acme, id, 'RESEND')).toMatchObject({
      code: 'EXTENSION_REVOKED',
      extensionId: ben.extensionId,
    })
    expect(await decisionOn(acme, id)).toMatchObject({ resolution: null, resentAs: null })
    expect(await gateway.db.message.count({ where: { text: 'From Ben' } })).toBe(1)

    await acme.connect(ben)
    const { id: resent } = await resolve(acme, id, 'RESEND')
    await waitForStatus(acme, resent, 'DELIVERED')
  })
})
