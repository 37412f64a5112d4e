import { markdown, median, round } from './report.ts'

/** One round of one server. */
export type Sample = {
  /** Of the server's process, by its own counters, for each unit of work. */
  cpuUs: number
  /** The same of Postgres on its behalf, where it has a part in it. */
  databaseUs?: number
  perSecond: number
  p50Ms: number
  p99Ms: number
  residentMb: number
}

/** The same work by several servers in turn, round after round. */
export type Comparison = {
  what: string
  /** What is counted: deliveries, pages. */
  unit: string
  /** How many in a round. */
  n: number
  entrants: Map<string, Sample[]>
}

export function createComparison(what: string, unit: string, n: number): Comparison {
  return { what, unit, n, entrants: new Map() }
}

export function note({ entrants }: Comparison, entrant: string, sample: Sample): void {
  entrants.set(entrant, [...(entrants.get(entrant) ?? []), sample])
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
    return peer ? [(sample[of] ?? Number.NaN) / (peer[of] ?? Number.NaN)] : []
  })
  if (ratios.length === 0) throw new Error(`${what}: ${one} and ${other} share no round`)
  return median(ratios)
}

export function medianOf({ entrants }: Comparison, entrant: string, of: keyof Sample): number {
  return median((entrants.get(entrant) ?? []).map((sample) => sample[of] ?? Number.NaN))
}

export function summariseComparison(comparison: Comparison) {
  const { what, unit, n, entrants } = comparison
  const [first = ''] = entrants.keys()
  return {
    what,
    unit,
    n,
    rounds: Math.max(...[...entrants.values()].map((samples) => samples.length)),
    entrants: [...entrants.keys()].map((name) => {
      const of = (which: keyof Sample) => round(medianOf(comparison, name, which))
      const databaseUs = of('databaseUs')
      return {
        name,
        cpuUs: of('cpuUs'),
        cpuRatio: round(ratio(comparison, name, first, 'cpuUs')),
        databaseUs: Number.isNaN(databaseUs) ? null : databaseUs,
        perSecond: of('perSecond'),
        p50Ms: of('p50Ms'),
        p99Ms: of('p99Ms'),
        residentMb: of('residentMb'),
      }
    }),
  }
}

/** In Markdown; the ratios are those to the first of them. */
export function comparisonTable(comparison: Comparison): string {
  const { what, unit, n, rounds, entrants } = summariseComparison(comparison)
  const asked = entrants.some(({ databaseUs }) => databaseUs !== null)
  const title = `${what}; ${rounds} × ${n.toLocaleString('en')}`
  const header = [title, 'CPU each', 'ratio', 'Postgres each', `${unit}/s`, 'p50', 'p99', 'memory']
  const rows = entrants.map((one) => [
    one.name,
    `${one.cpuUs} µs`,
    String(one.cpuRatio),
    one.databaseUs === null ? '' : `${one.databaseUs} µs`,
    String(one.perSecond),
    `${one.p50Ms} ms`,
    `${one.p99Ms} ms`,
    `${one.residentMb} MB`,
  ])
  const shown = (cells: string[]) => (asked ? cells : cells.toSpliced(3, 1))
  return markdown(shown(header), rows.map(shown))
}
