import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Cluster, startCluster } from './cluster.ts'
import { createRandom } from './random.ts'
import { nothingBroken, type Scenario } from './scenario.ts'
import { refresh } from './scenarios/refresh.ts'
import { sending } from './scenarios/sending.ts'
import { webhook } from './scenarios/webhook.ts'

// The short version of `npm run test:crash`: enough to notice a defence that is gone, not to tell how rare a loss is.
const seed = 20_251
let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster.stop())

const short: (Scenario & { n: number })[] = [
  { ...sending, n: 12 },
  { ...refresh, n: 12 },
  { ...webhook, n: 10 },
]

it.each(short)('$name: $promise', { timeout: 240_000 }, async ({ run, n }) => {
  const findings = await run({
    cluster,
    seed,
    random: createRandom(seed),
    cycles: n,
    until: Number.POSITIVE_INFINITY,
    say: () => undefined,
  })
  expect(findings).toMatchObject({ ...nothingBroken(), n })
})
