import type { Broken, Findings } from './scenario.ts'

export type Ran = { scenario: string; seconds: number; findings: Findings }

const promises: Record<keyof Broken, string> = {
  lost: 'lost',
  doubled: 'doubled',
  invented: 'invented',
  reordered: 'reordered',
  crossTenant: 'cross-tenant',
}
const kinds = Object.keys(promises) as (keyof Broken)[]
/** So many of each are told in words. */
const examples = 5

export function print(seed: number, ran: Ran[]): void {
  const head = ['scenario', 'n', ...Object.values(promises), 'undecided', 'seconds']
  const rows = ran.map(({ scenario, seconds, findings }) => [
    scenario,
    findings.n,
    ...kinds.map((kind) => findings[kind].length),
    findings.undecided,
    Math.round(seconds),
  ])
  console.log(`\nseed ${seed}\n\n| ${head.join(' | ')} |`)
  console.log(`|${head.map((_, n) => (n === 0 ? ' --- |' : ' ---: |')).join('')}`)
  for (const row of rows) console.log(`| ${row.join(' | ')} |`)
  for (const { scenario, findings } of ran) {
    console.log(`\n${scenario}`)
    for (const [name, figure] of Object.entries(findings.figures))
      console.log(`  ${name}: ${figure}`)
    for (const kind of kinds) {
      for (const what of findings[kind].slice(0, examples))
        console.log(`  ${promises[kind]}: ${what}`)
      const more = findings[kind].length - examples
      if (more > 0) console.log(`  ${promises[kind]}: and ${more} more`)
    }
  }
}

export function toJson(seed: number, ran: Ran[]): string {
  return JSON.stringify({ seed, ran }, null, 2)
}
