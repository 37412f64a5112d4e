import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Cluster, startCluster } from './cluster.ts'
import { createRandom } from './random.ts'
import { nothingBroken } from './scenario.ts'
import { streams } from './scenarios/streams.ts'

const seed = 20_251
let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.stop())

// The short version of `npm run test:crash -- streams`.
it(`streams: ${streams.promise}`, { timeout: 240_000 }, async () => {
  const findings = await streams.run({
    cluster,
    seed,
    random: createRandom(seed),
    cycles: 5_000,
    until: Number.POSITIVE_INFINITY,
    say: () => undefined,
  })
  expect(findings).toMatchObject(nothingBroken())
  expect(findings.n).toBeGreaterThanOrEqual(5_000)
})
