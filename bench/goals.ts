import { markdown, round } from './report.ts'

/** One line of what we promise of speed: what is asked, and what came of it. */
export type Goal = {
  work: string
  asked: { atMost: number } | { atLeast: number }
  /** `× bare ws`, `ms`, `MB`. */
  unit: string
  measured: number
  /** What else came of it, told beside. */
  beside?: string
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
    reached: isReached(goal),
  }))
}

export function goalTable(goals: readonly Goal[]): string {
  return markdown(
    ['work', 'asked', 'measured', 'beside', 'n', 'reached'],
    summariseGoals(goals).map(({ work, asked, unit, measured, beside = '', n, reached }) => [
      work,
      'atMost' in asked ? `≤ ${asked.atMost} ${unit}` : `≥ ${asked.atLeast} ${unit}`,
      String(measured),
      beside,
      n,
      reached ? 'yes' : 'no',
    ]),
  )
}
