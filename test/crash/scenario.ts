import type { Cluster } from './cluster.ts'
import type { Random } from './random.ts'

/** One way to break the gateway, and what must hold all the same. */
export type Scenario = {
  name: string
  /** What it promises, in one line. */
  promise: string
  /** How many cycles, if nobody says. */
  cycles: number
  run(context: ScenarioContext): Promise<Findings>
}

export type ScenarioContext = {
  cluster: Cluster
  seed: number
  random: Random
  cycles: number
  /** No cycle is begun later, however many are left. */
  until: number
  /** Tells somebody who watches how far it is. */
  say: (line: string) => void
}

/** Broken promises, each in words; empty lists when all was kept. */
export type Broken = {
  lost: string[]
  doubled: string[]
  invented: string[]
  reordered: string[]
  crossTenant: string[]
}

export type Findings = Broken & {
  /** How many cycles were gone through. */
  n: number
  /** What the gateway owned up not to know. */
  undecided: number
  /** What else is worth telling. */
  figures: Record<string, string | number>
}

export const nothingBroken = (): Broken => ({
  lost: [],
  doubled: [],
  invented: [],
  reordered: [],
  crossTenant: [],
})

export function isBroken(findings: Broken): boolean {
  const { lost, doubled, invented, reordered, crossTenant } = findings
  return [lost, doubled, invented, reordered, crossTenant].some((list) => list.length > 0)
}

/** p50, p95 and the greatest, in seconds. */
export function spread(milliseconds: number[]): string {
  if (milliseconds.length === 0) return '-'
  const sorted = milliseconds.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] as number
  const [p50, p95, most] = [at(0.5), at(0.95), at(1)].map((ms) => (ms / 1000).toFixed(1))
  return `p50 ${p50} s, p95 ${p95} s, max ${most} s (n = ${sorted.length})`
}
