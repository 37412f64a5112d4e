import type { Gateway } from '../gateway.ts'

const rounds = 60
const warmUps = 10

/** How long the server takes for each of some questions, in turn, by its own word (`Server-Timing`), which leaves out this client. */
export async function timeAnswers(
  gateway: Gateway,
  questions: readonly { query: string; variables?: object }[],
): Promise<number[]> {
  const taken: number[] = []
  for (let i = 0; i < rounds + warmUps; i++) {
    const question = questions[i % questions.length]
    if (!question) break
    const time = await gateway.serverTime(question.query, question.variables)
    if (i >= warmUps) taken.push(time)
  }
  return taken
}

/** The same for what answers without a gateway: the least that the database has to do. */
export async function timeEach(work: (round: number) => Promise<unknown>): Promise<number[]> {
  const taken: number[] = []
  for (let i = 0; i < rounds + warmUps; i++) {
    const startedAt = performance.now()
    await work(i)
    if (i >= warmUps) taken.push(performance.now() - startedAt)
  }
  return taken
}
