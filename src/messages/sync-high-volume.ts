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
import { isHighVolume } from '../numbers/high-volume.ts'
import type { HighVolumeRecord } from '../ringcentral/high-volume.ts'
import { believeOptOut } from './believe-opt-out.ts'
import { hearKeywords } from './hear-keywords.ts'
import { knownHighVolume } from './high-volume-mailbox.ts'
import { syncHighVolumeJob } from './jobs.ts'
import { refreshMessage } from './mailbox-facts.ts'
import { adoptRecord } from './match-sent.ts'
import { findByBatch } from './of-batch.ts'
import { recordElsewhere } from './record-elsewhere.ts'
import { recordInbound } from './record-inbound.ts'
import { syncShare } from './request-sync.ts'
import { earlierThan, moveStatus, statusFromRingCentral, unreportedIn } from './status.ts'
import { watchedFor } from './watch-deliveries.ts'
import { whoseRecord } from './whose-record.ts'

/** A comparison begins a little before the last one, since clocks differ and lists lag. */
const overlap = minutes(2)
/** How far back a comparison looks for what has just been sent. */
const recent = minutes(10)
/** A notification that is not here by then counts as lost. */
const notificationTakes = seconds(10)
/** How many messages are written in one transaction. */
const handful = 50
/** RingCentral filters by so many numbers at most. */
const numbersAtOnce = 15

/**
 * Brings what an extension's high-volume numbers sent and got up to RingCentral's list: statuses and ids of what was
 * handed over in batches, what came in without being told, what was in doubt, and what was sent elsewhere. The list
 * tells by when a message was made, not when it changed: so each time it is read from the oldest one that is open.
 */
export const syncHighVolume = ({
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
  return implementJob(syncHighVolumeJob, async ({ extensionRowId, back }) => {
    const extension = await db.extension.findUnique({
      where: { id: extensionRowId },
      include: { phoneNumbers: true },
    })
    const numbers = extension?.phoneNumbers.filter(isHighVolume).map((one) => one.phoneNumber)
    if (!extension || !numbers?.length) return
    const startedAt = clock.now()
    const dateFrom = await beginningOf(extension, back)
    let settled = true
    try {
      for (let from = 0; from < numbers.length; from += numbersAtOnce) {
        const some = numbers.slice(from, from + numbersAtOnce)
        for await (const page of pagesOf(extensionRowId, some, dateFrom)) {
          settled = (await write(extension, some, page)) && settled
        }
      }
    } catch (error) {
      if (error instanceof NotConnectedError) return
      throw error
    }
    if (!settled) return
    await db.extension.updateMany({
      where: { id: extensionRowId },
      data: { highVolumeSyncedAt: startedAt },
    })
  })

  async function beginningOf(extension: Extension, back: 'recent' | 'all'): Promise<Date> {
    const { id: extensionRowId, highVolumeSyncedAt, connectedAt } = extension
    const begun = after(clock.now(), -(back === 'all' ? watchedFor : recent))
    const oldest = await db.message.findFirst({
      where: {
        extensionRowId,
        highVolume: true,
        direction: 'OUTBOUND',
        status: 'SENT',
        createdAt: { gt: begun },
      },
      orderBy: { createdAt: 'asc' },
      select: { createdAt: true },
    })
    const compared = highVolumeSyncedAt ?? connectedAt
    const from = oldest && oldest.createdAt < compared ? oldest.createdAt : compared
    return after(from, -overlap)
  }

  /** Page by page, newest first: thousands of texts need not be held at once. */
  async function* pagesOf(extensionRowId: string, phoneNumber: string[], dateFrom: Date) {
    for (let pageToken: string | undefined; ; ) {
      const query = { phoneNumber, dateFrom, ...(pageToken !== undefined && { pageToken }) }
      const page = await access.call(extensionRowId, (api) => api.highVolume.listMessages(query), {
        share: syncShare,
      })
      yield page.messages
      pageToken = page.nextPageToken
      if (pageToken === undefined) return
    }
  }

  /** Oldest first. @returns whether it is known of all whose they are */
  async function write(extension: Extension, numbers: string[], page: HighVolumeRecord[]) {
    const isOwn = ({ direction, from, to }: HighVolumeRecord) =>
      numbers.includes((direction === 'Inbound' ? to[0] : from)?.phoneNumber ?? '')
    const records = page
      .filter(isOwn)
      .sort((a, b) => a.creationTime.getTime() - b.creationTime.getTime())
    let settled = true
    for (let from = 0; from < records.length; from += handful) {
      const some = records.slice(from, from + handful)
      await eventLog.transaction(async (tx, record) => {
        if (!(await holdConnected(tx, extension.id))) return
        settled = (await writeSome(tx, record, extension, some)) && settled
      })
    }
    return settled
  }

  async function writeSome(
    tx: Tx,
    record: RecordEvent,
    extension: Extension,
    records: HighVolumeRecord[],
  ): Promise<boolean> {
    const { id: extensionRowId, tenantId } = extension
    const mailbox = { tenantId, extensionRowId, highVolume: true }
    let settled = true
    const touched: Touched[] = []
    const heard: Message[] = []
    const moved: (Message | undefined)[] = []
    const known = await knownHighVolume(tx, extension, records)
    const byBatch = await findByBatch(tx, tenantId, records)
    const follow = async (message: Message, told: HighVolumeRecord) => {
      const change = statusFromRingCentral(told.status, told.deliveryErrorCode)
      // Most of a list is known: what cannot move needs no asking.
      const now = earlierThan(change.to).includes(message.status)
        ? await moveStatus(tx, record, message.id, { ...change, rcMessageId: told.id })
        : undefined
      moved.push(now)
      const facts = { rcMessageId: told.id, unreportedCode: unreportedIn(told) }
      await refreshMessage(tx, record, now ?? message, facts)
    }
    for (const one of records) {
      const ours = known.get(one.id) ?? byBatch.get(one)
      if (one.direction === 'Inbound') {
        if (ours) continue
        const isLate = one.creationTime < after(clock.now(), -notificationTakes)
        const recoveredAt = isLate ? clock.now() : null
        const received = await recordInbound(tx, record, mailbox, one, recoveredAt)
        if (!received) continue
        heard.push(received)
        touched.push({ ...received, wakes: true })
        continue
      }
      if (ours) {
        await follow(ours, one)
        continue
      }
      const found = await whoseRecord(tx, extensionRowId, one)
      if (found.whose === 'open') settled = false
      if (found.whose === 'ours') {
        await adoptRecord(tx, record, { queue, clock }, found.message, found.attempt, one)
      }
      if (found.whose !== 'elsewhere') continue
      // Asked last: its answer may have been written down while we looked, with its batch alone.
      const justTaken = (await findByBatch(tx, tenantId, [one])).get(one)
      if (justTaken) await follow(justTaken, one)
      else {
        const sent = await recordElsewhere(tx, record, mailbox, one)
        if (sent) touched.push(sent)
      }
    }
    await tx.extension.update({
      where: { id: extensionRowId },
      data: { recoveredMessages: { increment: heard.filter((one) => one.recoveredAt).length } },
    })
    await hearKeywords(tx, record, { queue, clock }, heard)
    for (const message of moved) await believeOptOut(tx, record, message)
    await refreshConversations(tx, record, touched)
    return settled
  }
}
