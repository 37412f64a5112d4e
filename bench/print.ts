import { comparisonTable, summariseComparison } from './compare.ts'
import { goalTable, summariseGoals } from './goals.ts'
import type { Outcome } from './parts/part.ts'
import { figures, summarise, table } from './report.ts'

export type Machine = { node: string; processor: string; memoryGb: number; load: number }

type Named = Outcome & { name: string }

/** Markdown that can be pasted into docs/performance.md: what is asked first, then who did what. */
export function asTables(machine: Machine, outcomes: readonly Named[]): string {
  const { node, processor, memoryGb, load } = machine
  const goals = outcomes.flatMap((outcome) => outcome.goals ?? [])
  const measured = outcomes.flatMap((outcome) => outcome.measured ?? [])
  return [
    `Node ${node}, ${processor}, ${memoryGb} GB, load before ${load.toFixed(1)}`,
    ...(goals.length > 0 ? [goalTable(goals)] : []),
    ...outcomes.flatMap((outcome) => (outcome.comparisons ?? []).map(comparisonTable)),
    ...(measured.length > 0 ? [table(measured)] : []),
    ...outcomes.flatMap(({ name, figures: lines }) =>
      lines ? [`${name}:\n\n${figures(lines)}`] : [],
    ),
  ]
    .map((piece) => `\n${piece}`)
    .join('\n')
}

/** The same as numbers. */
export function asJson(machine: Machine, outcomes: readonly Named[]): string {
  const parts = outcomes.map(({ name, goals, comparisons, measured, figures: lines }) => ({
    name,
    ...(goals && { goals: summariseGoals(goals) }),
    ...(comparisons && { comparisons: comparisons.map(summariseComparison) }),
    ...(measured && { measured: summarise(measured) }),
    ...(lines && { figures: lines }),
  }))
  return JSON.stringify({ machine, parts }, null, 2)
}
