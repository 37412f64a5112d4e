import { setImmediate as nextTurn } from 'node:timers/promises'

type Line<Answer> = {
  /** When the next question may be asked. */
  over: Promise<unknown>
  next?: Promise<Answer>
}

/**
 * Asks one question at a time under each key. Who comes in the same turn of the event loop, or while one is being asked, shares
 * the next one with all who come until then: nobody gets an answer that is older than their question, and a crowd costs
 * hardly more than one.
 */
export function shareQuestions<Answer>(
  ask: (key: string) => Promise<Answer>,
): (key: string) => Promise<Answer> {
  /** Of each key that is asked about, or about to be. */
  const lines = new Map<string, Line<Answer>>()

  function begin(key: string): Promise<Answer> {
    const answer = ask(key)
    const line: Line<Answer> = { over: answer.catch(() => undefined) }
    lines.set(key, line)
    void line.over.then(() => {
      if (lines.get(key) === line && !line.next) lines.delete(key)
    })
    return answer
  }

  return (key) => {
    const line = lines.get(key) ?? { over: nextTurn() }
    lines.set(key, line)
    line.next ??= line.over.then(() => begin(key))
    return line.next
  }
}
