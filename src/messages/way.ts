import type { Db } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import { isHighVolume } from '../numbers/high-volume.ts'
import type { RingCentralApi } from '../ringcentral/client.ts'
import type { RingCentralRefusedError } from '../ringcentral/errors.ts'
import type { MessageRecord } from '../ringcentral/message-record.ts'
import type { MmsFile } from '../ringcentral/messages.ts'
import { highVolumeWay } from './high-volume-way.ts'
import { mailboxWay } from './mailbox-way.ts'
import type { StatusChange } from './status.ts'

/** What one request came to. */
export type HandedOver = {
  requestId: string | undefined
  taken: Message[]
  /** What those learn that were taken. */
  change: StatusChange
  refused: { message: Message; error: RingCentralRefusedError }[]
}

/** A record of RingCentral's, with the batch that it was handed over in, where there are batches. */
export type ShownRecord = MessageRecord & { batchId?: string | undefined }

/** One of the ways by which RingCentral takes messages: what leaves together, how, and where it shows afterwards. */
export type Way = {
  highVolume: boolean
  /** What leaves in one request: the message, and what waits and may go along. */
  gather(db: Db, head: Message, now: Date): Promise<Message[]>
  /** One request. Throws what the client throws: then none of them was taken, or all are in doubt. */
  handOver(
    api: RingCentralApi,
    messages: readonly Message[],
    files: readonly MmsFile[],
  ): Promise<HandedOver>
  /** What RingCentral shows of one that may have been taken since: whatever it may be, and more. */
  search(api: RingCentralApi, message: Message, since: Date): Promise<ShownRecord[]>
}

/** By which way a message leaves: the features of its number tell, at the moment when it leaves. */
export function wayFor({ type }: Message, features: string[]): Way {
  return type === 'SMS' && isHighVolume({ features }) ? highVolumeWay : mailboxWay
}

/** By which way it left, whatever has become of its number. */
export function wayOf({ highVolume }: Pick<Message, 'highVolume'>): Way {
  return highVolume ? highVolumeWay : mailboxWay
}
