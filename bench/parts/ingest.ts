import { has, medianOf, ratio } from '../compare.ts'
import { byHand, ours, takeInsertRounds } from '../rig/insert-rounds.ts'
import type { Bench, Outcome } from './part.ts'

const requests = 3_000

/** Notifications as RingCentral posts them, of eight extensions at once: the 200 says that they are stored. */
export async function measureIngest(bench: Bench): Promise<Outcome> {
  const comparison = await takeInsertRounds(bench, {
    what: 'notifications stored',
    unit: 'notifications',
    requests,
    connections: 64,
    tenants: 2,
    async wishOf(connected, { simulator }) {
      const people = connected.flatMap((tenant) => tenant.people)
      return { kind: 'notification', webhooks: await simulator.webhooks(people) }
    },
    expects: '',
    count: 'SELECT count(*) FROM "Notification"',
  })
  if (!has(comparison, ours, byHand)) return { comparisons: [comparison] }
  return {
    comparisons: [comparison],
    goals: [
      {
        work: 'notifications stored a second',
        asked: { atLeast: 1.5 },
        unit: '× hand-written insert',
        measured: ratio(comparison, byHand, ours, 'cpuUs'),
        byClock: ratio(comparison, ours, byHand, 'perSecond'),
        each: `${medianOf(comparison, ours, 'cpuUs').toFixed(0)} µs`,
        n: `${bench.rounds} × ${requests}`,
      },
    ],
  }
}
