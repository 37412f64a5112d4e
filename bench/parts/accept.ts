import { has, medianOf, ratio } from '../compare.ts'
import { byHand, ours, takeInsertRounds } from '../rig/insert-rounds.ts'
import type { Bench, Outcome } from './part.ts'

const requests = 1_500

/** Texts as an application sends them, from eight numbers of one tenant: the answer says that they are accepted. */
export async function measureAccept(bench: Bench): Promise<Outcome> {
  const comparison = await takeInsertRounds(bench, {
    what: 'sendSms accepted',
    unit: 'texts',
    requests,
    connections: 32,
    tenants: 1,
    async wishOf([tenant]) {
      if (!tenant) throw new Error('Nobody is connected')
      const { apiKey, people } = tenant
      const headers = { authorization: `Bearer ${apiKey}` }
      return { kind: 'sms', path: '/graphql', headers, from: people.map(({ number }) => number) }
    },
    expects: '"status":"QUEUED"',
    count: 'SELECT count(*) FROM "Message"',
  })
  if (!has(comparison, ours, byHand)) return { comparisons: [comparison] }
  return {
    comparisons: [comparison],
    goals: [
      {
        work: 'sendSms accepted a second',
        asked: { atLeast: 0.5 },
        unit: '× hand-written insert',
        measured: ratio(comparison, byHand, ours, 'cpuUs'),
        byClock: ratio(comparison, ours, byHand, 'perSecond'),
        each: `${medianOf(comparison, ours, 'cpuUs').toFixed(0)} µs`,
        n: `${bench.rounds} × ${requests}`,
      },
    ],
  }
}
