import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../support/client.ts'
import { ava, ben, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { send } from '../support/texts.ts'

let gateway: Gateway
/** Each tenant at two instances, with a number that is its own. */
let tenants: { at: Pick<TestTenant, 'query'>[]; from: string; id: string }[]

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  const second = await gateway.startInstance()
  tenants = []
  for (const [name, person] of [
    ['Acme', ava],
    ['Other', ben],
  ] as const) {
    const tenant = await gateway.createTenant({ name })
    await tenant.connect(person)
    const at = [tenant, createClient(second.url, tenant.secret)]
    tenants.push({ at, from: person.number, id: tenant.id })
  }
  // What is accepted stays there: only the accepting is looked at here.
  gateway.simulator.planFault({ kind: 'rate-limit', path: '**/sms', retryAfter: 3_600 })
  return gateway.stop
})

const request = fc.record({
  tenant: fc.nat(1),
  instance: fc.nat(1),
  key: fc.constantFrom('a', 'b', 'c', null),
  text: fc.constantFrom('One', 'Two'),
  to: fc.constantFrom(['+14155550123'], ['+14155550124']),
})
type Request = typeof request extends fc.Arbitrary<infer Value> ? Value : never
/** Requests in rounds: those of one round come at the same time. */
const rounds = fc.array(fc.array(request, { minLength: 1, maxLength: 12 }), {
  minLength: 1,
  maxLength: 3,
})

describe('idempotency keys', () => {
  it('are a map from tenant and key to one message, however many ask at once', async () => {
    let run = 0
    await fc.assert(
      fc.asyncProperty(rounds, async (story) => {
        run += 1
        const before = await gateway.db.message.count()
        /** The model: what a key stands for, and which message that became. */
        const known = new Map<string, { asked: string; id: string }>()
        let keyless = 0
        for (const requests of story) {
          const answers = await Promise.all(
            requests.map(async (one) => ({ one, answer: await ask(one, run) })),
          )
          // Of those that came together one was first; which one, the answers tell.
          for (const { one, answer } of answers) {
            if (one.key === null || !answer.id) continue
            const name = nameOf(one)
            if (!known.has(name)) known.set(name, { asked: askedOf(one), id: answer.id })
          }
          const ids = new Set<string>()
          for (const { one, answer } of answers) {
            if (one.key === null) {
              keyless += 1
              expect(ids.has(answer.id)).toBe(false)
              ids.add(answer.id)
              continue
            }
            const entry = known.get(nameOf(one))
            if (entry?.asked === askedOf(one)) expect(answer.id).toBe(entry.id)
            else {
              expect(answer).toMatchObject({
                code: 'IDEMPOTENCY_KEY_MISMATCH',
                messageId: entry?.id,
              })
            }
          }
        }
        const owned = [...known.values()].map(({ id }) => id)
        expect(new Set(owned).size).toBe(owned.length)
        expect(await gateway.db.message.count()).toBe(before + known.size + keyless)
      }),
      { numRuns: 25, endOnFailure: true },
    )
  })
})

const nameOf = ({ tenant, key }: Request) => `${tenant} ${key}`
const askedOf = ({ text, to }: Request) => JSON.stringify([text, to])

function ask({ tenant, instance, key, text, to }: Request, run: number) {
  const { at, from } = tenants[tenant] ?? raise()
  const idempotencyKey = key && `${key} of run ${run}`
  return send(at[instance] ?? raise(), { from, to: [...to], text, idempotencyKey })
}

function raise(): never {
  throw new Error('There are two of each')
}
