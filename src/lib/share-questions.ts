/**
 * Asks one question at a time under each key. Who comes while it is being asked shares the next one with all who come
 * until then: nobody gets an answer that is older than their question, and a crowd costs hardly more than one.
 */
export function shareQuestions<Answer>(
  ask: (key: string) => Promise<Answer>,
): (key: string) => Promise<Answer> {
  /** Of each key that is being asked about: when that is over, and who begins then. */
  const asking = new Map<string, { over: Promise<unknown>; next?: Promise<Answer> }>()

  function begin(key: string): Promise<Answer> {
    const answer = ask(key)
    const over = answer.catch(() => undefined)
    const line = { over } as { over: Promise<unknown>; next?: Promise<Answer> }
    asking.set(key, line)
    void over.then(() => {
      if (asking.get(key) === line && !line.next) asking.delete(key)
    })
    return answer
  }

  return (key) => {
    const line = asking.get(key)
    if (!line) return begin(key)
    line.next ??= line.over.then(() => begin(key))
    return line.next
  }
}
