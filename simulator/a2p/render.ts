import { digits, time } from '../http/json.ts'
import { countSegments } from '../messages/message.ts'
import { type A2PBatch, type A2PMessage, costOf } from './a2p-store.ts'

/** In lists the id is a number, alone and in events it is a string. */
export function renderA2PMessage(
  message: A2PMessage,
  view: 'Simple' | 'Detailed',
  listed: boolean,
) {
  return {
    id: listed ? digits(message.id) : message.id,
    ...(message.batchId !== undefined && { batchId: message.batchId }),
    from: message.from,
    to: [message.to],
    ...(view === 'Detailed' && { text: message.text }),
    creationTime: microseconds(message.createdAt),
    lastModifiedTime: microseconds(message.modifiedAt),
    messageStatus: message.status,
    segmentCount: countSegments(message.text),
    cost: costOf(message),
    direction: message.direction,
    ...(message.errorCode !== undefined && { errorCode: message.errorCode }),
  }
}

export function renderBatch(batch: A2PBatch, now: number) {
  const processed = batch.messages.filter((one) => one.status !== 'Queued').length
  const rejected = batch.size - batch.messages.length
  return {
    id: batch.id,
    from: batch.from,
    batchSize: batch.size,
    processedCount: processed + rejected,
    status: processed === batch.messages.length ? 'Completed' : 'Processing',
    creationTime: microseconds(batch.createdAt),
    lastModifiedTime: microseconds(Math.min(now, batch.modifiedAt)),
    cost: Number(batch.messages.reduce((sum, one) => sum + costOf(one), 0).toFixed(4)),
  }
}

/** These records are told more precisely than any other. */
function microseconds(milliseconds: number): string {
  return time(milliseconds).replace('Z', '000Z')
}
