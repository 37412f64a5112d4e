import { plainPlace } from '../conversations/place.ts'
import type { Db } from '../db/client.ts'
import { isConflict, isNotPlain } from '../db/errors.ts'
import type { Message } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import { createId } from '../lib/ids.ts'
import type { Asked } from './accept-message.ts'
import { publicPart } from './status.ts'

type Accepted = { conversationId: string; sequence: bigint }

/**
 * Takes a text that goes to anybody at once, in one statement, which is most of them: see `acceptText` in the
 * migrations. Undefined, and nothing is done, where there is more to it: a twin of the request, an opt-out that
 * came in just now, another transaction in the way. Then `acceptMessage` looks at it step by step.
 */
export async function acceptPlain(
  { db, eventLog }: { db: Db; eventLog: Pick<EventLog, 'announce'> },
  asked: Asked,
  createdAt: Date,
): Promise<Message | undefined> {
  if (!isPlain(asked)) return undefined
  const message = asMessage(asked, createdAt)
  const { id, tenantId, extensionRowId, from, to, text, idempotencyKey, requestHash } = message
  const place = plainPlace(message)
  try {
    const [accepted] = await db.$queryRaw<Accepted[]>`
      SELECT * FROM "acceptText"(${id}, ${tenantId}, ${extensionRowId}, ${from}, ${to}, ${text}, ${createdAt},
        ${idempotencyKey}, ${requestHash}, ${message.ignoreQuietHours},
        ${createId('Conversation')}, ${place.participants}, ${place.key}, ${JSON.stringify(publicPart(message))}::jsonb)`
    if (!accepted) throw new Error('acceptText answered nothing')
    eventLog.announce(tenantId, accepted.sequence)
    return { ...message, conversationId: accepted.conversationId }
  } catch (error) {
    if (isNotPlain(error) || isConflict(error)) return undefined
    throw error
  }
}

function isPlain({ type, validFor, purpose, attachments = [] }: Asked): boolean {
  return type === 'SMS' && validFor === null && !purpose && attachments.length === 0
}

/** The row as it is written. */
function asMessage(
  { sendAt, attachments = [], colleagues = [], ...asked }: Asked,
  createdAt: Date,
) {
  return {
    ignoreQuietHours: false,
    purpose: null,
    ...asked,
    type: 'SMS' as const,
    id: createId('Message'),
    direction: 'OUTBOUND' as const,
    status: 'QUEUED' as const,
    createdAt,
    sendAt: null,
    attachments: [],
    colleagues: [],
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
    conversationId: null,
    sentElsewhere: false,
    importedAt: null,
    rcIsRead: null,
    readToTell: false,
    readToldAt: null,
    cancelRequestedAt: null,
    batchId: null,
    highVolume: false,
    rcBatchId: null,
  } satisfies Message
}
