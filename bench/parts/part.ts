import type { Comparison } from '../compare.ts'
import type { Goal } from '../goals.ts'
import type { Figure, Measured } from '../report.ts'

/** What a part is given. */
export type Bench = {
  /** A folder of its own, which is thrown away afterwards. */
  home: string
  rounds: number
  /** How many messages the largest table has. */
  rows: number
  /** Whether a server takes part: all do, unless some were named. */
  takesPart(name: string): boolean
  say(text: string): void
}

/** What a part answers. */
export type Outcome = {
  /** Lines of the table of what is asked. */
  goals?: Goal[]
  /** Who did what, for each kind of work. */
  comparisons?: Comparison[]
  /** Ours beside a baseline. */
  measured?: Measured[]
  /** Ours beside nothing. */
  figures?: Figure[]
}

export type Part = {
  name: string
  /** What is measured, for whoever asks which parts there are. */
  what: string
  /** `asked`: of the table of what is asked, and measured when nothing is named. `named`: takes long, and only when named. */
  when: 'asked' | 'all' | 'named'
  measure(bench: Bench): Promise<Outcome>
}
