import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from './random.ts'
import type { Rig } from './rig.ts'
import { ask, type Line, type Tenant } from './tenants.ts'

/** One text that somebody wanted to be sent, and what they were told. */
export type Asked = {
  tenantId: string
  from: string
  to: string
  text: string
  key: string
  invokedAt: number
  /** Missing while nobody has answered. */
  answeredAt?: number
  /** Every id that was answered: one, if all is well. */
  ids: Set<string>
  refusals: string[]
  tries: number
  /** Whether it was to be sent a moment later. */
  isLater: boolean
  /** What `cancelMessage` answered, if it was asked to take it back. */
  takenBack?: string
}

const sendSms = `mutation ($input: SendSmsInput!) {
  result: sendSms(input: $input) { ... on Message { id } ... on Error { code message } }
}`

const cancelMessage = `mutation ($id: ID!) {
  result: cancelMessage(input: { messageId: $id }) { ... on MessageCancellation { outcome } ... on Error { code } }
}`

/** Waiting in a lane at most, unless it stands still: then one goes in now and then to keep asking. */
const waitingAtMost = 4
const anywayAfterMs = 30_000

/**
 * People who text all the time, each from one number to one other, one text after the other. Who gets
 * no answer asks again with the same key, until there is one.
 */
export function startClients(
  rig: Rig,
  {
    tenants,
    recipientsEach,
    random,
  }: { tenants: Tenant[]; recipientsEach: number; random: Random },
) {
  const history: Asked[] = []
  let waiting = new Map<string, number>()
  let stopping = false

  const looking = (async () => {
    while (!stopping) {
      const rows = await rig.rows(
        `SELECT "extensionRowId" AS id, count(*)::int AS n FROM "Message"
         WHERE "direction" = 'OUTBOUND' AND "status" IN ('QUEUED', 'SENDING') GROUP BY 1`,
      )
      waiting = new Map(rows.map(({ id, n }) => [id, n]))
      await sleep(300)
    }
  })()

  async function textAllTheTime(tenant: Tenant, line: Line, to: string, dice: Random) {
    for (let n = 1, lastAt = 0; !stopping; ) {
      await sleep(dice.between(20, 200))
      const isFull = (waiting.get(line.extensionRowId) ?? 0) >= waitingAtMost
      if (isFull && Date.now() - lastAt < anywayAfterMs) continue
      lastAt = Date.now()
      // Now and then the same words again, which only their number tells apart.
      await text(
        tenant,
        line,
        to,
        dice.chance(0.1) ? 'the same again' : `${dice.hex(4)} ${n}`,
        dice,
      )
      n += 1
    }
  }

  async function text(tenant: Tenant, line: Line, to: string, words: string, dice: Random) {
    const asked: Asked = {
      tenantId: tenant.id,
      from: line.from,
      to,
      text: `${tenant.id} ${line.from} ${to}: ${words}`,
      key: dice.uuid(),
      invokedAt: Date.now(),
      ids: new Set(),
      refusals: [],
      tries: 0,
      isLater: dice.chance(0.1),
    }
    history.push(asked)
    const later = asked.isLater && { sendAt: new Date(Date.now() + dice.between(1_000, 4_000)) }
    const twin = dice.chance(0.05)
    const isToBeTakenBack = dice.chance(0.1)
    await Promise.all([
      untilAnswered(tenant, asked, later),
      twin && untilAnswered(tenant, asked, later),
    ])
    asked.answeredAt = Date.now()
    const [id] = asked.ids
    if (!isToBeTakenBack || !id) return
    await sleep(dice.between(0, 200))
    asked.takenBack = await takeBack(tenant, id)
  }

  async function untilAnswered(tenant: Tenant, asked: Asked, later: object | false) {
    const { from, to, text, key } = asked
    const input = { from, to: [to], text, idempotencyKey: key, ...later }
    for (;;) {
      asked.tries += 1
      try {
        const { result } = await ask(rig, tenant.secret, sendSms, { input })
        if (result.id) asked.ids.add(result.id)
        else asked.refusals.push(`${result.code}: ${result.message}`)
        return
      } catch {
        await sleep(200)
      }
    }
  }

  async function takeBack(tenant: Tenant, id: string): Promise<string> {
    for (;;) {
      try {
        const { result } = await ask(rig, tenant.secret, cancelMessage, { id })
        return result.outcome ?? result.code
      } catch {
        await sleep(200)
      }
    }
  }

  const texting = tenants.flatMap((tenant) =>
    tenant.lines.flatMap((line, n) =>
      Array.from({ length: recipientsEach }, (_, m) =>
        textAllTheTime(tenant, line, `+1310555${2000 + n * 10 + m}`, random.fork()),
      ),
    ),
  )
  return {
    history,
    /** Resolves when everybody has been answered. */
    async stop() {
      stopping = true
      await Promise.all([...texting, looking])
    },

    /** One last text in every lane, which wakes it. */
    async textOnceMore() {
      for (const tenant of tenants) {
        await Promise.all(
          tenant.lines.map((line) => text(tenant, line, '+13105552999', 'the last one', random)),
        )
      }
    },
  }
}
