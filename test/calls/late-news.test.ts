import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { captureWebhook } from '../inbound/webhook.ts'
import { callFields, callLogs, waitForLog } from '../support/calls.ts'
import { ava, startGateway } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { stranger } from '../support/texts.ts'

type Webhook = ReturnType<ReturnType<typeof captureWebhook>['webhook']>

const event = '/restapi/v1.0/account/400131426008/extension/62264425016/telephony/sessions'

const inbound = {
  extensionId: ava.extensionId,
  direction: 'Inbound',
  from: { phoneNumber: stranger },
  to: { phoneNumber: ava.number },
}

/** What RingCentral posts of a call, or had posted long ago. */
async function tell(webhook: Webhook, body: object) {
  const { subscriptionId, ownerId } = webhook.text('')
  const timestamp = new Date().toISOString()
  const post = { uuid: randomUUID(), event, timestamp, subscriptionId, ownerId, body }
  expect((await webhook.post(post)).status).toBe(200)
}

/** Ava, her log read, and the webhook that hears of her calls. */
async function connected(options: Parameters<typeof startGateway>[0] = {}) {
  const captured = captureWebhook()
  const gateway = await startGateway({ ...options, app: { fetch: captured.fetch } })
  const acme = await gateway.createTenant()
  await acme.connect(ava)
  await waitForLog(acme, 5)
  const jobs = await createJobRunner(gateway)
  return { gateway, acme, jobs, webhook: captured.webhook() }
}

it('old news that comes after the end makes no call ring again; news from after the end does, until it ends', async () => {
  const { gateway, acme, jobs, webhook } = await connected()

  const hear = async (sequence: number, party: string, code: string, reason?: string) => {
    await tell(webhook, {
      sequence,
      telephonySessionId: 's-late',
      eventTime: new Date(Date.now() - 60_000 + sequence * 1_000).toISOString(),
      origin: { type: 'Call' },
      parties: [{ ...inbound, id: party, status: { code, reason } }],
    })
    await jobs.idle()
    const call = await gateway.db.call.findFirstOrThrow({ where: { sessionKey: 's-late' } })
    return (await acme.query(`{ call(id: "${call.id}") { ${callFields} } }`)).call
  }

  expect(await hear(1, 'p-1', 'Proceeding')).toMatchObject({ status: 'RINGING', result: null })
  const ended = await hear(5, 'p-1', 'Disconnected', 'Rejected')
  expect(ended).toMatchObject({ status: 'ENDED', result: 'REJECTED' })
  const late = await hear(2, 'p-2', 'Setup')
  expect(late).toMatchObject({ status: 'ENDED', result: 'REJECTED', endedAt: ended.endedAt })
  expect(await hear(7, 'p-2', 'Answered')).toMatchObject({ status: 'ANSWERED' })
  expect(await hear(6, 'p-2', 'Proceeding')).toMatchObject({ status: 'ANSWERED' })
  expect(await hear(8, 'p-2', 'Disconnected')).toMatchObject({
    status: 'ENDED',
    result: 'ANSWERED',
  })
  expect(await gateway.db.call.count({ where: { sessionKey: 's-late' } })).toBe(1)
}, 20_000)

it('a click to call that RingCentral was asked about before its notifications came does not go back', async () => {
  const { gateway, acme, jobs, webhook } = await connected({
    simulator: { calls: { ringMs: 50, talkMs: 4_000, logLagMs: 60_000 } },
  })
  gateway.simulator.planFault({ kind: 'webhook-drop' })
  const { startCall } = await acme.query(
    `mutation { startCall(input: { from: "${ava.number}", to: "${stranger}" }) { ... on Call { id startedAt } } }`,
  )
  const now = async () =>
    (await acme.query(`{ call(id: "${startCall.id}") { ${callFields} } }`)).call
  const becomes = (wanted: string) => expect.poll(async () => (await now()).status).toBe(wanted)
  const begun = Date.parse(startCall.startedAt) + 500

  /** What RingCentral had told long ago. */
  const hear = async (sequence: number, code: string) => {
    await tell(webhook, {
      sequence,
      telephonySessionId: 's-asked',
      eventTime: new Date(begun + sequence).toISOString(),
      origin: { type: 'RingOut' },
      parties: [
        {
          id: 'p-1',
          extensionId: ava.extensionId,
          direction: 'Outbound',
          from: { phoneNumber: ava.number },
          to: { phoneNumber: stranger },
          status: { code },
        },
      ],
    })
    await jobs.idle()
  }

  await becomes('ANSWERED')
  await hear(1, 'Setup')
  expect(await now()).toMatchObject({ status: 'ANSWERED', telephonySessionId: 's-asked' })
})

it('a call that turns out to have begun earlier moves to its place in every log', async () => {
  const { acme, jobs, webhook } = await connected()
  const begun = Date.now() - 60_000

  const hear = async (session: string, sequence: number, code: string) => {
    await tell(webhook, {
      sequence,
      telephonySessionId: session,
      eventTime: new Date(begun + sequence * 1_000).toISOString(),
      origin: { type: 'Call' },
      parties: [{ ...inbound, id: `p-${sequence}`, status: { code } }],
    })
    await jobs.idle()
  }
  const newest = async (filter: object) => {
    const { callLogs: log } = await acme.query(callLogs, { filter, first: 2 })
    return log.nodes.map((call: any) => call.telephonySessionId)
  }

  await hear('s-1', 5, 'Disconnected')
  await hear('s-2', 3, 'Disconnected')
  for (const filter of [{}, { extensionId: ava.extensionId }]) {
    expect(await newest(filter)).toEqual(['s-1', 's-2'])
  }
  await hear('s-1', 1, 'Setup')
  for (const filter of [{}, { extensionId: ava.extensionId }]) {
    expect(await newest(filter)).toEqual(['s-2', 's-1'])
  }
})
