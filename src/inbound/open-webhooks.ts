import { createPool } from '../db/pool.ts'
import { seconds } from '../lib/clock.ts'
import { webhookListener } from './webhook-listener.ts'

/** RingCentral's address of a webhook, but for its id. */
const path = '/v1/rc/webhook/'
/** One stores; the others are for what waits for rows that somebody holds. */
const poolSize = 6
/** Longer than Postgres lets a statement take: whoever stores waits no longer, and has long been told to come again. */
const silenceMs = seconds(20)

/** Opens the place where RingCentral posts, with connections of its own: nobody's questions hold up what comes in. */
export function openWebhooks(
  opened: AsyncDisposableStack,
  {
    databaseUrl,
    role,
    ...deps
  }: { databaseUrl: string; role: string } & Omit<
    Parameters<typeof webhookListener>[0],
    'path' | 'pool'
  >,
) {
  const applicationName = `ringql-${role}-inbound`
  const pool = createPool({ url: databaseUrl, applicationName, poolSize, silenceMs })
  opened.defer(() => pool.end())
  return { path, listener: webhookListener({ ...deps, pool, path }) }
}
