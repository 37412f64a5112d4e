import { pino } from 'pino'
import { createDatabase } from '../../src/db/client.ts'
import { createEventLog } from '../../src/events/event-log.ts'
import { createHints } from '../../src/events/hint-carrier.ts'
import { postgresCarrier } from '../../src/events/postgres-carrier.ts'
import { type Burst, numberFor, textOf } from '../screens/texts.ts'

/** What a row of Message has beside the fields that screens ask for. */
const rest = {
  type: 'SMS',
  rcMessageId: '6000000000',
  rcConversationId: '7000000000',
  errorCode: null,
  errorMessage: null,
  unreportedCode: null,
  idempotencyKey: null,
  mayRetry: false,
  expiresAt: null,
  recoveredAt: null,
  resolution: null,
  resolvedAt: null,
  resendOfId: null,
  isRead: false,
  durationSeconds: null,
  pageCount: null,
  attachments: [],
  deletedAt: null,
  conversationId: 'cnv_00000000000000000000000000',
  sentElsewhere: false,
  importedAt: null,
  rcIsRead: false,
  sendAt: null,
  validFor: null,
  cancelRequestedAt: null,
  ignoreQuietHours: false,
  purpose: null,
  batchId: null,
  highVolume: false,
  rcBatchId: null,
}

export type EventWriter = Awaited<ReturnType<typeof openEventWriter>>

/** Another process of the gateway, as far as the one that is measured can tell: it writes to a tenant's log, and hints. */
export async function openEventWriter(databaseUrl: string) {
  const db = createDatabase({
    url: databaseUrl,
    applicationName: 'ringql-bench',
    poolSize: 2,
    isWalled: false,
  })
  const hints = await createHints(
    postgresCarrier(databaseUrl, pino({ level: 'silent' })),
    (error) => {
      throw error
    },
  )
  const eventLog = createEventLog({ db, hints })
  return {
    /** Texts that came in; in one transaction, as those are that come together. */
    async write(tenantId: string, burst: Burst): Promise<void> {
      await eventLog.transaction(async (_tx, record) => {
        for (let n = burst.from; n < burst.from + burst.count; n++) {
          const { id, ...text } = textOf(n, numberFor(n, burst))
          const snapshot = { id, tenantId, extensionRowId: 'ext_bench', ...text, ...rest }
          record({ type: 'message.received', tenantId, subjectId: id, snapshot })
        }
      })
    },
    async close() {
      await hints.close()
      await db.$disconnect()
    },
  }
}
