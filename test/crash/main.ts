import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { startCluster } from './cluster.ts'
import { createRandom } from './random.ts'
import { print, type Ran, toJson } from './report.ts'
import { isBroken } from './scenario.ts'
import { scenarios } from './scenarios.ts'

/**
 * `npm run test:crash -- [scenario…] [--seed N] [--cycles N] [--minutes N] [--json]`: breaks the gateway
 * on purpose and counts what is lost. Ends with 1 when a promise was broken.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    cycles: { type: 'string' },
    minutes: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const unknown = positionals.filter((name) => !scenarios.some((scenario) => scenario.name === name))
if (unknown.length > 0) {
  const known = scenarios.map((scenario) => scenario.name).join(', ')
  console.error(`There is no scenario ${unknown.join(', ')}. There are ${known}.`)
  process.exit(2)
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

const seed = Number(values.seed ?? randomInt(2 ** 31))
console.error(`seed ${seed}`)

const ran: Ran[] = []
const cluster = await startCluster()
try {
  for (const scenario of scenarios) {
    if (positionals.length > 0 && !positionals.includes(scenario.name)) continue
    console.error(`\n${scenario.name}: ${scenario.promise}`)
    const startedAt = Date.now()
    const findings = await scenario.run({
      cluster,
      seed,
      random: createRandom(seed),
      cycles: Number(values.cycles ?? scenario.cycles),
      until: values.minutes
        ? startedAt + Number(values.minutes) * 60_000
        : Number.POSITIVE_INFINITY,
      say: (line) => console.error(`  ${clock(Date.now() - startedAt)}  ${line}`),
    })
    ran.push({ scenario: scenario.name, seconds: (Date.now() - startedAt) / 1000, findings })
  }
} finally {
  await cluster.stop()
}
if (values.json) console.log(toJson(seed, ran))
else print(seed, ran)
process.exit(ran.some(({ findings }) => isBroken(findings)) ? 1 : 0)

function clock(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
