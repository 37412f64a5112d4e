import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/lib/clock.ts'
import { syncMessagesJob } from '../../src/messages/jobs.ts'
import { ava, startGateway } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { send, smsRequests, statusChanges, stranger, waitForStatus } from '../support/texts.ts'
import { sharedTime } from '../support/time.ts'
import { createRoadBack, decisionOn, isSms, resolve } from './unconfirmed.ts'

/** A text that RingCentral took and sent, but neither said so nor shows it for half an hour. */
async function hiddenText() {
  const { road, travel } = createRoadBack()
  const answers = { lateBy: 0 }
  const slow: typeof fetch = async (url, init) => {
    const response = await travel(url, init)
    if (answers.lateBy && isSms(url, init)) await sleep(answers.lateBy)
    return response
  }
  const time = sharedTime({ app: { fetch: slow, settleMs: 50 } })
  const gateway = await startGateway(time)
  const jobs = await createJobRunner(gateway)
  const acme = await gateway.createTenant()
  const { id: extensionRowId } = await acme.connect(ava)
  const hears = await acme.subscribe(statusChanges)
  road.swallows = true
  gateway.simulator.planFault({ kind: 'hide', ms: minutes(30), path: '**/sms', count: 1 })
  const { id } = await send(acme, { from: ava.number, to: [stranger], text: 'Late' })
  await waitForStatus(acme, id, 'UNCONFIRMED')
  road.swallows = false
  const sync = () => jobs.run(syncMessagesJob, { extensionRowId })
  await sync()
  expect(await waitForStatus(acme, id, 'UNCONFIRMED')).toMatchObject({ rcMessageId: null })
  return { ...time, gateway, acme, hears, id, sync, answers }
}

describe('a text that RingCentral shows only after it was UNCONFIRMED', () => {
  it('is matched by the next sync, moves on, and was sent once', async () => {
    const { pass, gateway, acme, hears, id, sync } = await hiddenText()
    await pass(minutes(31))
    await sync()
    const found = await waitForStatus(acme, id, 'DELIVERED')
    expect(found).toMatchObject({
      rcMessageId: gateway.simulator.outbox()[0]?.id,
      errorCode: null,
      errorMessage: null,
    })
    expect(smsRequests(gateway.simulator)).toHaveLength(1)
    await hears.waitFor((data) => data.messageStatusChanged.message.status === 'DELIVERED')
    const { timeline } = await decisionOn(acme, id)
    expect(timeline.at(-1)).toMatchObject({
      status: 'DELIVERED',
      summary: expect.stringContaining('Found in RingCentral'),
    })
  })

  it('moves on as well when it was resent: both are there, and the recipient got it twice', async () => {
    const { pass, gateway, acme, id, sync } = await hiddenText()
    const resent = await resolve(acme, id, 'RESEND')
    await waitForStatus(acme, resent.id, 'DELIVERED')
    await pass(minutes(31))
    await sync()
    await waitForStatus(acme, id, 'DELIVERED')
    const twice = await decisionOn(acme, resent.id)
    const original = await decisionOn(acme, id)
    expect(twice).toMatchObject({ status: 'DELIVERED', resendOf: { id, status: 'DELIVERED' } })
    expect(original).toMatchObject({ resolution: 'RESENT', resentAs: { id: resent.id } })
    const ids = gateway.simulator.outbox().map((sent) => sent.id)
    expect([original.rcMessageId, twice.rcMessageId]).toEqual(ids)
    expect(new Set(ids).size).toBe(2)
  })

  it('does not take for itself what its repetition has just left at RingCentral', async () => {
    const { pass, gateway, acme, id, sync, answers } = await hiddenText()
    answers.lateBy = 2_000
    const resent = await resolve(acme, id, 'RESEND')
    while (gateway.simulator.outbox().length < 2) await sleep(10)
    // RingCentral shows the second one before it has told us that it took it.
    await sync()
    const sent = await waitForStatus(acme, resent.id, 'SENT', 'DELIVERED', 'UNCONFIRMED')
    expect(sent.rcMessageId).toBe(gateway.simulator.outbox()[1]?.id)
    expect(await decisionOn(acme, id)).toMatchObject({ status: 'UNCONFIRMED', rcMessageId: null })
    await pass(minutes(31))
    await sync()
    const shown = await waitForStatus(acme, id, 'SENT', 'DELIVERED')
    expect(shown.rcMessageId).toBe(gateway.simulator.outbox()[0]?.id)
  })
})
