import { plainPlace } from '../conversations/place.ts'
import { isRefused } from '../db/errors.ts'
import { type Message, Prisma } from '../db/generated/client/client.ts'
import type { ReadRows } from '../db/read-rows.ts'
import type { EventLog } from '../events/event-log.ts'
import { seconds } from '../lib/clock.ts'
import { createId } from '../lib/ids.ts'
import { createTogetherByTenant } from '../lib/together-by-tenant.ts'
import type { Asked } from './accept-message.ts'

/** Of what is asked for at the same time, so many are one transaction. */
const most = 50
/** One that waits for a lock does not hold up those that come after it. */
const patienceMs = seconds(1)

type Accepted = { id: string; conversationId: string; sequence: string }

export type AcceptPlain = (asked: Asked, createdAt: Date) => Promise<Message | undefined>

/**
 * Takes texts that go to anybody at once, which is most of them, in one statement for all of a tenant that are asked
 * for at the same time: see `acceptTexts` in the migrations. Undefined, and nothing is done, where there is more to a
 * text (who sends it has changed, somebody wants none), or to one that came with it: a twin of the request, an opt-out that
 * came in just now. Then `acceptMessage` looks at it step by step.
 */
export function createAcceptPlain({
  readRows,
  eventLog,
}: {
  readRows: ReadRows
  eventLog: Pick<EventLog, 'announce'>
}): AcceptPlain {
  // Lanes and the event counter are of one tenant too.
  const acceptTogether = createTogetherByTenant(accept, { most, patienceMs })

  async function accept(tenantId: string, texts: Plain[]): Promise<(Message | undefined)[]> {
    const same = JSON.stringify({ ...usual, tenantId })
    const own = JSON.stringify(texts.map(asText))
    try {
      const accepted = await readRows<Accepted>(
        Prisma.sql`SELECT * FROM "acceptTexts"(${tenantId}, ${same}::jsonb, ${own}::jsonb)`,
      )
      const [first] = accepted
      if (first) eventLog.announce(tenantId, BigInt(first.sequence))
      const places = new Map(accepted.map(({ id, conversationId }) => [id, conversationId]))
      return texts.map(({ message }) => {
        const conversationId = places.get(message.id)
        return conversationId === undefined ? undefined : { ...message, conversationId }
      })
    } catch (error) {
      // Where nobody knows whether it was committed, doing it once more could send it twice.
      if (!isRefused(error)) throw error
      // Step by step, each finds out whether it was the one that is not plain.
      return texts.map(() => undefined)
    }
  }

  return async (asked, createdAt) => {
    const { tenantId, seen } = asked
    if (seen === undefined || !isPlain(asked)) return undefined
    return acceptTogether(tenantId, { message: asMessage(asked, createdAt), seen })
  }
}

/** A text, and by what it was found fit. */
type Plain = { message: ReturnType<typeof asMessage>; seen: string }

/** What of a text is its own, and where it belongs. */
function asText({ message, seen }: Plain) {
  const { id, extensionRowId, from, to, text, createdAt, idempotencyKey } = message
  const { ignoreQuietHours, requestHash } = message
  const { participants, key } = plainPlace(message)
  const own = { id, extensionRowId, from, to, text, createdAt, idempotencyKey, ignoreQuietHours }
  const hash = Buffer.from(requestHash).toString('hex')
  return { snapshot: own, hash, newId: createId('Conversation'), participants, key, seen }
}

function isPlain({ type, validFor, purpose, attachments = [] }: Asked): boolean {
  return type === 'SMS' && validFor === null && !purpose && attachments.length === 0
}

/** The row as it is written. */
function asMessage(
  { tenantId, extensionRowId, from, to, text, idempotencyKey, requestHash, ...asked }: Asked,
  createdAt: Date,
) {
  return {
    ...usual,
    ...bookkeeping,
    ...{ tenantId, extensionRowId, from, to, text, idempotencyKey, requestHash, createdAt },
    ignoreQuietHours: asked.ignoreQuietHours ?? false,
    id: createId('Message'),
    conversationId: null,
  } satisfies Message
}

/** What is the same of all texts that are plain, as their events show it. */
const usual = {
  type: 'SMS' as const,
  direction: 'OUTBOUND' as const,
  status: 'QUEUED' as const,
  purpose: null,
  validFor: null,
  sendAt: null,
  attachments: [],
  rcMessageId: null,
  rcConversationId: null,
  errorCode: null,
  errorMessage: null,
  unreportedCode: null,
  mayRetry: false,
  expiresAt: null,
  recoveredAt: null,
  resolution: null,
  resolvedAt: null,
  resendOfId: null,
  isRead: null,
  durationSeconds: null,
  pageCount: null,
  deletedAt: null,
  sentElsewhere: false,
  importedAt: null,
  rcIsRead: null,
  cancelRequestedAt: null,
  batchId: null,
  highVolume: false,
  rcBatchId: null,
}

/** The same of what they do not show: see `publicPart`. */
const bookkeeping = { colleagues: [], readToTell: false, readToldAt: null }
