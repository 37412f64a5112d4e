/** One line of the table: samples of ours, samples of the baseline, and what we promise. */
export type Measured = {
  what: string
  unit: 'ms' | 'MB' | 'MB/s'
  ours: number[]
  baseline?: { name: string; samples: number[] }
  promised?: number
}

export function median(samples: number[]): number {
  return percentile(samples, 50)
}

export function percentile(samples: number[], p: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const place = ((sorted.length - 1) * p) / 100
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}

export function summarise(measured: readonly Measured[]) {
  return measured.map(({ what, unit, ours, baseline, promised }) => {
    const base = baseline && median(baseline.samples)
    return {
      what,
      unit,
      n: ours.length,
      median: round(median(ours)),
      p95: ours.length >= 20 ? round(percentile(ours, 95)) : null,
      promised: promised ?? null,
      baseline: baseline?.name ?? null,
      baselineMedian: base === undefined ? null : round(base),
      baselineN: baseline?.samples.length ?? null,
      ratio: base ? round(median(ours) / base) : null,
    }
  })
}

/** A table in Markdown, so that it can be pasted into docs/performance.md. */
export function table(measured: readonly Measured[]): string {
  const header = ['', 'n', 'median', 'p95', 'promised', 'baseline', 'its median', 'ratio']
  const rows = summarise(measured).map((row) => [
    row.what,
    String(row.n),
    `${row.median} ${row.unit}`,
    row.p95 === null ? '' : `${row.p95} ${row.unit}`,
    row.promised === null ? '' : `${row.promised} ${row.unit}`,
    row.baseline ? `${row.baseline} (n ${row.baselineN})` : '',
    row.baselineMedian === null ? '' : `${row.baselineMedian} ${row.unit}`,
    row.ratio === null ? '' : String(row.ratio),
  ])
  return markdown(header, rows)
}

/** A figure that has no baseline, only a goal. */
export type Figure = { what: string; value: number; unit: string; n: number; goal: string }

export function figures(rows: readonly Figure[]): string {
  return markdown(
    ['', 'n', 'measured', 'goal'],
    rows.map(({ what, value, unit, n, goal }) => [
      what,
      String(n),
      `${round(value)} ${unit}`,
      goal,
    ]),
  )
}

export function markdown(header: string[], rows: string[][]): string {
  const widths = header.map((_, i) =>
    Math.max(3, ...[header, ...rows].map((r) => (r[i] ?? '').length)),
  )
  const line = (cells: string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(header), rule, ...rows.map(line)].join('\n')
}

export function round(value: number): number {
  return Number(value.toPrecision(3))
}
