import type { EventType } from './event.ts'

/** What kinds of events tell of, by what of its row somebody can ask for it. */
export type Subject<Row> = {
  types: readonly EventType[]
  /** Numbers, ids: by these it is found who asked for it. Left out: everybody is asked whether they want it. */
  namesIn?: (row: Row) => readonly (string | null | undefined)[]
}

/** Which events somebody wants. */
export type Wanted<Row> = {
  subject: Subject<Row>
  /** Only such as name one of these; left out: whatever they name. */
  names?: readonly string[] | undefined
  /** Asked once more of those that do; left out: yes. */
  matches?: ((row: Row) => boolean) | undefined
}

/** Rows of any kind, where it does not matter which. */
// biome-ignore lint/suspicious/noExplicitAny: a subject's functions take what their own events hold
export type AnyWanted = Wanted<any>
