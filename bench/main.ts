/**
 * What the gateway takes, beside what others take for the same, in the same run. Prints tables in Markdown; with
 * `--json`, the numbers; with names of parts, those alone. Nothing here passes or fails: a busy machine makes
 * everything slow, and the ratio tells.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { installPeers } from './install-peers.ts'
import { parts } from './parts.ts'
import { asJson, asTables, type Machine } from './print.ts'

const { values: given, positionals: named } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    rows: { type: 'string', default: '1000000' },
    only: { type: 'string' },
  },
})
const unknown = named.filter((name) => name !== 'all' && !parts.some((part) => part.name === name))
if (unknown.length > 0) {
  console.error(`There is no part '${unknown.join("', '")}'. There are:`)
  for (const { name, what } of parts) console.error(`  ${name.padEnd(14)} ${what}`)
  process.exit(1)
}
const wanted = parts.filter(({ name, when }) => {
  if (named.length === 0) return when === 'asked'
  return named.includes(name) || (named.includes('all') && when !== 'named')
})

const say = (text: string) => console.error(text)
const only = given.only?.split(',')
const machine: Machine = {
  node: process.versions.node,
  processor: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
  memoryGb: Math.round(totalmem() / 2 ** 30),
  // What others ask of the machine, before we do: 0 is idle, the number of cores is full.
  load: loadavg()[0] ?? 0,
}
if (wanted.some(({ when }) => when === 'asked')) await installPeers(say)
const outcomes = []
for (const { name, measure } of wanted) {
  say(name)
  const home = await mkdtemp(join(tmpdir(), 'ringql-bench-'))
  // Started by root, Postgres is somebody else, and would keep its data where nobody throws them away.
  await chmod(home, 0o755)
  try {
    const outcome = await measure({
      home,
      rounds: Number(given.rounds),
      rows: Number(given.rows),
      takesPart: (entrant) => only === undefined || only.includes(entrant),
      say,
    })
    outcomes.push({ name, ...outcome })
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}
console.log(given.json ? asJson(machine, outcomes) : asTables(machine, outcomes))
