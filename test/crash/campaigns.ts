import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from './random.ts'
import type { Rig } from './rig.ts'
import { ask, type Line, type Tenant } from './tenants.ts'

/** A batch that somebody wanted to be sent, and what they were told. */
export type Campaign = {
  tenantId: string
  key: string
  /** What everybody is to get, by their numbers. */
  texts: Map<string, string>
  /** Every id that was answered: one, if all is well. */
  ids: Set<string>
}

const sendSmsBatch = `mutation ($input: SendSmsBatchInput!) {
  result: sendSmsBatch(input: $input) { ... on MessageBatch { id } ... on Error { code message } }
}`
const change = (how: string) => `mutation ($batchId: ID!) {
  result: ${how}Batch(input: { batchId: $batchId }) { __typename }
}`
const status = 'query ($id: ID!) { messageBatch(id: $id) { status } }'

/** Then another one begins beside it. */
const patienceMs = 30_000

/**
 * Batches one after the other from lines that nobody else texts from, at once or in a moment; some are paused
 * for a while, some taken back. Who gets no answer asks again with the same key, until there is one.
 */
export function startCampaigns(
  rig: Rig,
  { tenants, random }: { tenants: { tenant: Tenant; lines: Line[] }[]; random: Random },
) {
  const history: Campaign[] = []
  const refusals: string[] = []
  let stopping = false

  async function campaign({ secret, id: tenantId }: Tenant, lines: Line[], dice: Random) {
    const key = dice.uuid()
    const people = Array.from({ length: dice.integer(5, 25) }, (_, n) => `+1310556${1000 + n}`)
    const asked: Campaign = {
      tenantId,
      key,
      texts: new Map(people.map((to, n) => [to, `${tenantId} batch ${key}: ${n}`])),
      ids: new Set(),
    }
    history.push(asked)
    const input = {
      from: lines.map(({ from }) => from),
      recipients: [...asked.texts].map(([to, text]) => ({ to, text })),
      idempotencyKey: key,
      ...(dice.chance(0.3) && { sendAt: new Date(Date.now() + dice.between(2_000, 4_000)) }),
    }
    const untilAnswered = async (query: string, variables: object) => {
      for (;;) {
        try {
          return await ask(rig, secret, query, variables)
        } catch {
          await sleep(200)
        }
      }
    }
    const accept = async () => {
      const { result } = await untilAnswered(sendSmsBatch, { input })
      if (result.id) asked.ids.add(result.id)
      else refusals.push(`${result.code}: ${result.message}`)
    }
    await Promise.all([accept(), dice.chance(0.2) && accept()])
    const [batchId] = asked.ids
    if (!batchId) return
    await sleep(dice.between(0, 3_000))
    if (dice.chance(0.4)) {
      await untilAnswered(change('pause'), { batchId })
      await sleep(dice.between(0, 2_000))
      await untilAnswered(change('resume'), { batchId })
    }
    if (dice.chance(0.2)) await untilAnswered(change('cancel'), { batchId })
    for (const since = Date.now(); !stopping && Date.now() - since < patienceMs; await sleep(300)) {
      const { messageBatch } = await untilAnswered(status, { id: batchId })
      if (messageBatch.status === 'COMPLETED' || messageBatch.status === 'CANCELED') return
    }
  }

  const running = tenants.map(async ({ tenant, lines }) => {
    const dice = random.fork()
    while (!stopping) await campaign(tenant, lines, dice)
  })
  return {
    history,
    refusals,
    /** Resolves when everybody has been answered. */
    async stop() {
      stopping = true
      await Promise.all(running)
    },
  }
}
