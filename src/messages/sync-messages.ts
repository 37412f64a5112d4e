import { refreshConversations, type Touched } from '../conversations/refresh.ts'
import type { Db, Tx } from '../db/client.ts'
import type { Extension, Message } from '../db/generated/client/client.ts'
import type { EventLog, RecordEvent } from '../events/event-log.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { holdConnected } from '../extensions/hold-connected.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, minutes, seconds } from '../lib/clock.ts'
import type { RingCentralApi } from '../ringcentral/client.ts'
import { SyncTokenExpiredError } from '../ringcentral/errors.ts'
import type { MessageRecord, MessageType as RcType } from '../ringcentral/message-record.ts'
import type { MessageSync } from '../ringcentral/message-sync.ts'
import type { MessagesApi } from '../ringcentral/messages.ts'
import { featuresOf } from '../tenants/features.ts'
import { believeOptOut } from './believe-opt-out.ts'
import { hearKeywords } from './hear-keywords.ts'
import { hearReadState } from './hear-read-state.ts'
import { requestMedia } from './inbound-media.ts'
import { syncMessagesJob } from './jobs.ts'
import { mailboxFacts, refreshMessage } from './mailbox-facts.ts'
import { adoptRecord } from './match-sent.ts'
import { wantedRcTypes } from './message-type.ts'
import { requestTranscription } from './read-transcription.ts'
import { recordElsewhere } from './record-elsewhere.ts'
import { recordInbound } from './record-inbound.ts'
import { syncShare } from './request-sync.ts'
import { moveStatus, statusFromRingCentral, unreportedIn } from './status.ts'
import { whoseRecord } from './whose-record.ts'

/** A full sync begins a little before the last one, since clocks differ. */
const overlap = minutes(10)
/** A notification that is not here by then counts as lost. Most take a second or two. */
const notificationTakes = seconds(10)
/** How many messages are written in one transaction. */
const handful = 100

/**
 * Brings our messages up to RingCentral's store: delivery statuses, inbound messages of which no notification
 * told what they say, what was read or deleted, outbound ones of which nobody knew whether they were sent, and those
 * that were sent elsewhere. One request, however many messages changed.
 */
export const syncMessages = ({
  db,
  eventLog,
  queue,
  access,
  clock,
}: {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  access: ExtensionAccess
  clock: Clock
}) => {
  return implementJob(syncMessagesJob, async ({ extensionRowId }) => {
    const extension = await db.extension.findUnique({ where: { id: extensionRowId } })
    if (!extension) return
    const startedAt = clock.now()
    const messageTypes = wantedRcTypes(await featuresOf(db, extension.tenantId))
    const sync = await read(extension, messageTypes).catch((error) => {
      if (error instanceof NotConnectedError) return undefined
      throw error
    })
    if (!sync) return
    const syncToken = tokenOf(messageTypes, sync.syncToken)
    await write(extension, { ...sync, syncToken }, startedAt)
  })

  function read(extension: Extension, messageTypes: readonly RcType[]): Promise<MessageSync> {
    const full = () => {
      const dateFrom = after(extension.messagesSyncedAt ?? extension.connectedAt, -overlap)
      return call(extension, async ({ messages }) => {
        const sync = await messages.syncMessages({
          type: 'full',
          messageTypes,
          dateFrom,
          recordCount: 250,
        })
        if (!sync.olderRecordsExist) return sync
        return { ...sync, messages: await everything(messages, messageTypes, dateFrom) }
      })
    }
    const [types, syncToken] = extension.messageSyncToken?.split(' ') ?? []
    // RingCentral's token remembers what was asked for when it was first given out.
    if (!syncToken || types !== messageTypes.join()) return full()
    return call(extension, (api) =>
      api.messages.syncMessages({ type: 'incremental', syncToken }),
    ).catch((error) => {
      if (error instanceof SyncTokenExpiredError) return full()
      throw error
    })
  }

  function call<Result>({ id }: Extension, work: (api: RingCentralApi) => Promise<Result>) {
    return access.call(id, work, { share: syncShare })
  }

  /** A full sync has no pages and brings the newest. After a long absence there is more: the list has it. */
  async function everything(
    messages: MessagesApi,
    messageTypes: readonly RcType[],
    dateFrom: Date,
  ): Promise<MessageRecord[]> {
    const all: MessageRecord[] = []
    for (let page = 1; ; page += 1) {
      const found = await messages.listMessages({
        messageTypes,
        dateFrom,
        page,
        perPage: 1000,
      })
      all.push(...found.messages)
      if (!found.hasNextPage) return all
    }
  }

  /**
   * Oldest first and in handfuls, since a transaction should be short. The token moves on with the last
   * one: after a crash the next sync brings everything again, and what is known already stays as it is.
   * It also stays where it is while it is open whose message a record is.
   */
  async function write(extension: Extension, sync: MessageSync, startedAt: Date) {
    const messages = sync.messages.toSorted(byAge)
    let settled = true
    if (!(await writeGone(extension, sync.goneIds))) return
    for (let from = 0; from === 0 || from < messages.length; from += handful) {
      const isLast = from + handful >= messages.length
      const connected = await eventLog.transaction(async (tx, record) => {
        if (!(await holdConnected(tx, extension.id))) return false
        const some = messages.slice(from, from + handful)
        const { recovered, open } = await writeSome(tx, record, extension, some, startedAt)
        settled &&= open === 0
        await tx.extension.update({
          where: { id: extension.id },
          data: {
            recoveredMessages: { increment: recovered },
            ...(isLast && { messagesSyncedAt: startedAt }),
            ...(isLast && settled && { messageSyncToken: sync.syncToken }),
          },
        })
        return true
      })
      if (!connected) return
    }
  }

  /** @returns whether the extension is still connected */
  async function writeGone({ id: extensionRowId }: Extension, goneIds: string[]): Promise<boolean> {
    for (let from = 0; from < goneIds.length; from += handful) {
      const connected = await eventLog.transaction(async (tx, record) => {
        if (!(await holdConnected(tx, extensionRowId))) return false
        const rcMessageId = { in: goneIds.slice(from, from + handful) }
        const gone = await tx.message.findMany({
          where: { extensionRowId, highVolume: false, rcMessageId, deletedAt: null },
        })
        for (const message of gone) {
          await refreshMessage(tx, record, message, { deletedAt: clock.now() })
        }
        await refreshConversations(tx, record, gone)
        return true
      })
      if (!connected) return false
    }
    return true
  }

  /** @returns how many were recovered, and of how many it is open whose they are, or how they stand */
  async function writeSome(
    tx: Tx,
    record: RecordEvent,
    { id: extensionRowId, tenantId }: Extension,
    messages: MessageRecord[],
    readAt: Date,
  ): Promise<{ recovered: number; open: number }> {
    let recovered = 0
    let open = 0
    const touched: Touched[] = []
    const heard: Message[] = []
    const moved: Message[] = []
    const mailbox = { tenantId, extensionRowId }
    const ours = await tx.message.findMany({
      where: {
        extensionRowId,
        highVolume: false,
        rcMessageId: { in: messages.map((message) => message.id) },
      },
    })
    const knownAs = new Map(ours.map((message) => [message.rcMessageId, message]))
    for (const message of messages) {
      const known = knownAs.get(message.id)
      if (message.direction === 'Inbound' && known) {
        const { isRead, ...facts } = mailboxFacts(message)
        const heard = await hearReadState(tx, record, known, isRead, readAt)
        if (!heard) open += 1
        const now = await refreshMessage(tx, record, heard ?? known, facts)
        if (now !== known) touched.push(now)
        await requestTranscription(tx, queue, now)
        await requestMedia(tx, queue, now)
      } else if (message.direction === 'Inbound') {
        const isLate = message.creationTime < after(clock.now(), -notificationTakes)
        const recoveredAt = isLate ? clock.now() : null
        const received = await recordInbound(tx, record, mailbox, message, recoveredAt)
        if (!received) continue
        if (isLate) recovered += 1
        heard.push(received)
        touched.push({ ...received, wakes: true })
        await requestTranscription(tx, queue, received)
        await requestMedia(tx, queue, received)
      } else if (known) {
        const change = statusFromRingCentral(message.status, message.deliveryErrorCode)
        const now = await moveStatus(tx, record, known.id, change)
        if (now) moved.push(now)
        const unreportedCode = unreportedIn(message)
        await refreshMessage(tx, record, now ?? known, { deletedAt: null, unreportedCode })
      } else {
        const found = await whoseRecord(tx, extensionRowId, message)
        if (found.whose === 'open') {
          open += 1
        } else if (found.whose === 'ours') {
          await adoptRecord(tx, record, { queue, clock }, found.message, found.attempt, message)
        } else {
          const sent = await recordElsewhere(tx, record, mailbox, message)
          if (!sent) continue
          touched.push(sent)
          await requestMedia(tx, queue, sent)
        }
      }
    }
    await hearKeywords(tx, record, { queue, clock }, heard)
    for (const message of moved) await believeOptOut(tx, record, message)
    await refreshConversations(tx, record, touched)
    return { recovered, open }
  }
}

function tokenOf(messageTypes: readonly RcType[], syncToken: string): string {
  return `${messageTypes.join()} ${syncToken}`
}

/** RingCentral's ids grow, and tell the order of what came in the same millisecond. */
function byAge(a: MessageRecord, b: MessageRecord): number {
  const apart = a.creationTime.getTime() - b.creationTime.getTime()
  return apart || a.id.localeCompare(b.id, 'en', { numeric: true })
}
