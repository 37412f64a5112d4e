/** Asks a server as fast as it answers, over some connections at once. */
import { Pool } from 'undici'
import { answer } from '../ipc.ts'
import type { Load, Plan } from '../load/load.ts'
import { requestOf } from '../load/requests.ts'
import { percentile } from '../report.ts'

answer({
  async load({ url, wish, from, requests, connections, expects }: Plan): Promise<Load> {
    const pool = new Pool(url, { connections, pipelining: 1 })
    const took: number[] = []
    let next = from
    const asking = async () => {
      while (next < from + requests) {
        const { path, headers, body } = requestOf(wish, next)
        next += 1
        const askedAt = performance.now()
        const response = await pool.request({ method: 'POST', path, headers, body })
        const text = await response.body.text()
        took.push(performance.now() - askedAt)
        if (response.statusCode !== 200 || !text.includes(expects)) {
          throw new Error(`${path} answered ${response.statusCode}: ${text.slice(0, 500)}`)
        }
      }
    }
    const startedAt = performance.now()
    await Promise.all(Array.from({ length: connections }, asking))
    const seconds = (performance.now() - startedAt) / 1_000
    await pool.close()
    return { seconds, p50Ms: percentile(took, 50), p99Ms: percentile(took, 99) }
  },
})

// Nobody else keeps it here before it is asked.
setInterval(() => undefined, 1_000_000)
console.log('ready to ask')
