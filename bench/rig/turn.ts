import type { Sample } from '../compare.ts'
import type { Asker, Plan } from '../load/load.ts'
import type { Wish } from '../load/requests.ts'
import type { Running } from '../processes.ts'
import { type DatabaseCpu, usedBetween } from './database-cpu.ts'

/** A server that is ready to be asked. */
export type Entrant = {
  name: string
  server: Running
  url: string
  wish: Wish
  /** By which name its connections are known to Postgres; a pattern of LIKE. */
  connectsAs: string
}

/** Its turn in a round: asked some times to warm up, then as often as counts. */
export async function takeTurn(
  { server, url, wish, connectsAs }: Entrant,
  { asker, cpu }: { asker: Asker; cpu: DatabaseCpu },
  plan: Pick<Plan, 'from' | 'requests' | 'connections' | 'expects'> & { warmUps: number },
): Promise<Sample> {
  const { from, requests, warmUps, ...rest } = plan
  await asker.ask({ ...rest, url, wish, from, requests: warmUps })
  const before = { server: await server.usage(), database: await cpu.read(connectsAs) }
  const load = { ...rest, url, wish, from: from + warmUps, requests }
  const { seconds, p50Ms, p99Ms } = await asker.ask(load)
  const after = { server: await server.usage(), database: await cpu.read(connectsAs) }
  return {
    cpuUs: (after.server.cpuUs - before.server.cpuUs) / requests,
    databaseUs: usedBetween(before.database, after.database) / requests,
    perSecond: requests / seconds,
    p50Ms,
    p99Ms,
    residentMb: after.server.residentMb,
  }
}
