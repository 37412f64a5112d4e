import { markdown, round } from './report.ts'

/** One line of what is asked of speed, and what came of it. */
export type Goal = {
  work: string
  asked: { atMost: number } | { atLeast: number }
  /** `× bare ws`, `ms`, `MB`. */
  unit: string
  /** By the processor's time where there is one, since that is the same on a busy machine. */
  measured: number
  /** The same ratio as a clock tells it. */
  byClock?: number
  /** What one costs us. */
  each?: string
  /** Of how many. */
  n: string
}

export function isReached({ asked, measured }: Goal): boolean {
  return 'atMost' in asked ? measured <= asked.atMost : measured >= asked.atLeast
}

export function summariseGoals(goals: readonly Goal[]) {
  return goals.map((goal) => ({
    ...goal,
    measured: round(goal.measured),
    ...(goal.byClock !== undefined && { byClock: round(goal.byClock) }),
    reached: isReached(goal),
  }))
}

export function goalTable(goals: readonly Goal[]): string {
  return markdown(
    ['work', 'asked', 'measured', 'by the clock', 'each', 'n', 'reached'],
    summariseGoals(goals).map(({ work, asked, unit, measured, byClock, each = '', n, reached }) => [
      work,
      'atMost' in asked ? `≤ ${asked.atMost} ${unit}` : `≥ ${asked.atLeast} ${unit}`,
      String(measured),
      byClock === undefined ? '' : String(byClock),
      each,
      n,
      reached ? 'yes' : 'no',
    ]),
  )
}
