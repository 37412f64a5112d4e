import { setTimeout as sleep } from 'node:timers/promises'
import { percentile } from '../report.ts'
import { startProduction } from '../rig/production.ts'
import type { Bench, Outcome } from './part.ts'

const people = 8
const texts = 30
const warmUps = 10
/**
 * A text goes on after it was sent: the simulator delivers it 1.2 s later, and tells of that, and then it is fetched. A pause as
 * long as that would have each text meet the news of the one before. RingCentral allows each extension 40 a minute.
 */
const pauseMs = 1_600

const sendSms = `mutation ($input: SendSmsInput!) { sendSms(input: $input) {
  ... on Message { createdAt } ... on Error { message } } }`

/** From a message's `createdAt`, before its commit, to RingCentral's acceptance: one text at a time, nothing else to do. */
export async function measureJob({ home, rounds, say }: Bench): Promise<Outcome> {
  await using opened = new AsyncDisposableStack()
  const production = await startProduction(home)
  opened.defer(() => production.stop())
  const gateway = await production.startGateway()
  opened.defer(() => gateway.stop())
  const tenant = await gateway.createTenant()
  say(`connecting ${people} extensions`)
  const from = (await production.connectPeople(tenant, people)).map(({ number }) => number)

  const count = rounds * texts
  const createdAt = new Map<string, number>()
  say(`job: ${count} texts`)
  for (let n = -warmUps; n < count; n++) {
    const text = `Text ${n}`
    const input = { from: from[Math.abs(n) % people], to: ['+14155550123'], text }
    const answer = await tenant.ask(sendSms, { input })
    if (!answer.sendSms.createdAt) throw new Error(answer.sendSms.message)
    if (n >= 0) createdAt.set(text, Date.parse(answer.sendSms.createdAt))
    await sleep(pauseMs)
  }
  const accepted = await production.simulator.accepted()
  const took = [...createdAt].flatMap(([text, at]) => {
    const called = accepted[text]
    return called === undefined ? [] : [called - at]
  })
  if (took.length < count) throw new Error(`${took.length} of ${count} texts were sent`)
  return {
    goals: [
      {
        work: 'job from accepted to RingCentral called, idle, p50',
        asked: { atMost: 15 },
        unit: 'ms',
        measured: percentile(took, 50),
        each: `p99 ${percentile(took, 99).toFixed(0)} ms`,
        n: String(count),
      },
    ],
  }
}
