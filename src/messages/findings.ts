import { BusinessError, InvalidInputError } from '../lib/errors.ts'

/** Something that was found when a message was looked at before sending it. */
export type Problem = {
  /** ERROR: it is not taken. WARNING: it is, and may fare badly. */
  severity: 'ERROR' | 'WARNING'
  code: string
  /** The field of the input that it is about. */
  field: string
  message: string
  error?: BusinessError
}

export type Findings = ReturnType<typeof createFindings>

/** What stands in the way of a message: all of it, where sending stops at the first. */
export function createFindings() {
  const problems: Problem[] = []

  function note(field: string, error: unknown): void {
    for (const one of error instanceof AggregateError ? error.errors : [error]) {
      if (!(one instanceof BusinessError)) throw error
      const { code, message } = one
      const named = one instanceof InvalidInputError ? one.field : field
      problems.push({ severity: 'ERROR', code, field: named, message, error: one })
    }
  }

  return {
    problems,

    /** What a check answers; undefined if it refused with a typed error, or several, which are noted. */
    see<Found>(field: string, check: () => Found): Found | undefined {
      try {
        return check()
      } catch (error) {
        note(field, error)
        return undefined
      }
    },

    /** The same of a check that has to ask somebody. */
    async look<Found>(field: string, check: () => Promise<Found>): Promise<Found | undefined> {
      try {
        return await check()
      } catch (error) {
        note(field, error)
        return undefined
      }
    },

    warn(field: string, code: string, message: string) {
      problems.push({ severity: 'WARNING', code, field, message })
    },

    /** @throws the first typed error that was noted */
    refuse() {
      const first = problems.find(({ error }) => error)?.error
      if (first) throw first
    },
  }
}

/** For a check that finds the same of several things. @throws AggregateError */
export function refuseAll(errors: readonly BusinessError[]): void {
  if (errors.length > 0) throw new AggregateError(errors)
}
