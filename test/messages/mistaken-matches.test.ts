import { beforeAll, expect, it } from 'vitest'
import { ava, ben, cleo, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { elsewhere, write } from '../support/mailbox.ts'
import { send, waitForStatus } from '../support/texts.ts'

type Party = { phoneNumber?: string; extensionId?: string; extensionNumber?: string }

let gateway: Gateway
let acme: TestTenant
let avaRowId: string
let avas: Awaited<ReturnType<typeof elsewhere>>

/** RingCentral may name people in full, by their numbers and by their ids, however they were written to. */
const inFull: typeof fetch = async (url, init) => {
  const response = await fetch(url, init)
  if (!/message-(store|sync)/.test(String(url))) return response
  const body = (await response.json()) as { records: { from: Party; to: Party[] }[] }
  for (const { from, to } of body.records) for (const party of [from, ...to]) complete(party)
  return new Response(JSON.stringify(body), response)
}

function complete(party: Party) {
  const { simulator } = gateway
  const number = simulator
    .numbers()
    .find((one) =>
      party.extensionId
        ? one.extensionId === party.extensionId
        : one.phoneNumber === party.phoneNumber,
    )
  const person = simulator.extensions().find(({ id }) => id === number?.extensionId)
  if (!number || !person) return
  party.phoneNumber = number.phoneNumber
  party.extensionId = person.id
  party.extensionNumber = person.extensionNumber
}

beforeAll(async () => {
  gateway = await startGateway({ shared: true, app: { fetch: inFull, settleMs: 50 } })
  acme = await gateway.createTenant()
  avaRowId = (await acme.connect(ava)).id
  avas = await elsewhere(gateway, ava.extensionId)
  // Her colleagues are known, each by an id and a number.
  await acme.waitFor('{ directory { asOf } }', ({ directory }) => directory.asOf)
  return gateway.stop
})

/** Accepts a message that never reaches RingCentral, which nobody can know. */
async function lose(accept: () => Promise<{ id: string }>): Promise<string> {
  for (const path of ['**/sms', '**/company-pager']) {
    gateway.simulator.planFault({ kind: 'reset', path, method: 'POST' })
  }
  const { id } = await accept()
  await waitForStatus(acme, id, 'UNCONFIRMED')
  gateway.simulator.clearFaults()
  return id
}

const internal = (text: string, ...to: string[]) => write(acme, { from: avaRowId, to, text })
const sms = (text: string) => send(acme, { from: ava.number, to: [ben.number], text })

/** What Ava writes in another application. */
async function pageByHand(text: string, ...numbers: string[]) {
  const to = numbers.map((extensionNumber) => ({ extensionNumber }))
  expect((await avas('POST', 'company-pager', { to, text })).status).toBe(200)
}

/** Compares with RingCentral's store, which shows what was written by hand. */
async function sync() {
  const begun = new Date()
  const compare = `mutation { syncMessages(input: { extensionId: "${avaRowId}" }) { __typename } }`
  await expect
    .poll(async () => {
      await acme.query(compare)
      const extension = await gateway.db.extension.findUniqueOrThrow({ where: { id: avaRowId } })
      return extension.messagesSyncedAt && extension.messagesSyncedAt > begun
    })
    .toBe(true)
}

const nobodyKnows = async (id: string) =>
  expect(await waitForStatus(acme, id, 'UNCONFIRMED', 'SENT', 'DELIVERED')).toMatchObject({
    status: 'UNCONFIRMED',
    rcMessageId: null,
  })

it('a message in doubt is not settled by the same words to others', async () => {
  const toBen = await lose(() => internal('Same words', '102'))
  const toBoth = await lose(() => internal('To both', '102', '103'))
  await pageByHand('Same words', '103')
  await pageByHand('Same words', '102', '103')
  await pageByHand('To both', '102')
  await sync()
  await nobodyKnows(toBen)
  await nobodyKnows(toBoth)
})

it('nor by a message of the same words to the same person on another way', async () => {
  const paged = await lose(() => internal('As a text', '102'))
  const texted = await lose(() => sms('As a page'))
  const parties = { from: { phoneNumber: ava.number }, to: [{ phoneNumber: ben.number }] }
  expect((await avas('POST', 'sms', { ...parties, text: 'As a text' })).status).toBe(200)
  await pageByHand('As a page', '102')
  await sync()
  await nobodyKnows(paged)
  await nobodyKnows(texted)
})

it('nor by what was written to who has the number of its recipient now', async () => {
  const toBen = await lose(() => internal('To 102', '102'))
  const people = gateway.simulator.extensions()
  const numbers: Record<string, string> = { [ben.extensionId]: '112', [cleo.extensionId]: '102' }
  for (const person of people) person.extensionNumber = numbers[person.id] ?? person.extensionNumber
  await pageByHand('To 102', '102')
  await sync()
  await nobodyKnows(toBen)
})
