import { markdown, median, round } from './report.ts'

/** One round of one server. */
export type Sample = {
  /** Of the server's process, by its own counters, for each unit of work. */
  cpuUs: number
  perSecond: number
  p50Ms: number
  p99Ms: number
  residentMb: number
}

/** The same work by several servers in turn, round after round. */
export type Comparison = {
  what: string
  /** What is counted: deliveries, requests. */
  unit: string
  /** How many in a round. */
  n: number
  entrants: Map<string, Sample[]>
}

export function createComparison(what: string, unit: string, n: number): Comparison {
  return { what, unit, n, entrants: new Map() }
}

export function note(comparison: Comparison, entrant: string, sample: Sample): void {
  comparison.entrants.set(entrant, [...(comparison.entrants.get(entrant) ?? []), sample])
}

/** Whether all of them took part. */
export function has({ entrants }: Comparison, ...names: string[]): boolean {
  return names.every((name) => entrants.has(name))
}

/** One server's part of another's, round by round, and of those the median: what a round had to bear both had. */
export function ratio(
  { what, entrants }: Comparison,
  one: string,
  other: string,
  of: keyof Sample,
): number {
  const others = entrants.get(other) ?? []
  const ratios = (entrants.get(one) ?? []).flatMap((sample, i) => {
    const peer = others[i]
    return peer ? [sample[of] / peer[of]] : []
  })
  if (ratios.length === 0) throw new Error(`${what}: ${one} and ${other} share no round`)
  return median(ratios)
}

export function medianOf({ entrants }: Comparison, entrant: string, of: keyof Sample): number {
  return median((entrants.get(entrant) ?? []).map((sample) => sample[of]))
}

export function summariseComparison(comparison: Comparison) {
  const { what, unit, n, entrants } = comparison
  const [first = ''] = entrants.keys()
  return {
    what,
    unit,
    n,
    rounds: Math.max(...[...entrants.values()].map((samples) => samples.length)),
    entrants: [...entrants.keys()].map((name) => ({
      name,
      cpuUs: round(medianOf(comparison, name, 'cpuUs')),
      cpuRatio: round(ratio(comparison, name, first, 'cpuUs')),
      perSecond: round(medianOf(comparison, name, 'perSecond')),
      p50Ms: round(medianOf(comparison, name, 'p50Ms')),
      p99Ms: round(medianOf(comparison, name, 'p99Ms')),
      residentMb: round(medianOf(comparison, name, 'residentMb')),
    })),
  }
}

/** In Markdown, the ratios to the first of them. */
export function comparisonTable(comparison: Comparison): string {
  const { what, unit, n, rounds, entrants } = summariseComparison(comparison)
  const header = [
    `${what} (${rounds} × ${n})`,
    `CPU each`,
    'ratio',
    `${unit} a second`,
    'p50',
    'p99',
    'memory',
  ]
  return markdown(
    header,
    entrants.map((one) => [
      one.name,
      `${one.cpuUs} µs`,
      String(one.cpuRatio),
      String(one.perSecond),
      `${one.p50Ms} ms`,
      `${one.p99Ms} ms`,
      `${one.residentMb} MB`,
    ]),
  )
}
