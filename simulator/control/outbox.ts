import { createHash } from 'node:crypto'
import { time } from '../http/json.ts'
import type { Simulation } from '../simulation.ts'

export interface OutboxEntry {
  id: string
  from: string
  to: string[]
  text: string
  acceptedAt: string
  /** Of a high-volume text. */
  batchId?: string
  /** Of an MMS. */
  attachments?: { contentType: string; fileName?: string; sizeBytes: number; sha256: string }[]
}

/** Every text that was ever accepted for sending, whatever became of its answer. Oldest first. */
export function readOutbox(sim: Simulation): OutboxEntry[] {
  return [...ordinaryTexts(sim), ...highVolumeTexts(sim)].sort((a, b) =>
    a.acceptedAt < b.acceptedAt ? -1 : Number(a.acceptedAt > b.acceptedAt),
  )
}

function highVolumeTexts(sim: Simulation): OutboxEntry[] {
  return sim.a2p.outbox().map(({ id, batchId, from, to, text, createdAt }) => ({
    id,
    from,
    to: [to],
    text,
    acceptedAt: time(createdAt),
    ...(batchId !== undefined && { batchId }),
  }))
}

function ordinaryTexts(sim: Simulation): OutboxEntry[] {
  return sim.mailboxes.outbox().map((message) => ({
    id: message.id,
    from: message.from.phoneNumber,
    to: message.to.map((one) => one.phoneNumber),
    text: message.text,
    acceptedAt: time(message.createdAt),
    ...(message.attachments.length > 0 && {
      attachments: message.attachments.map(({ contentType, fileName, content }) => ({
        contentType,
        ...(fileName !== undefined && { fileName }),
        sizeBytes: content.length,
        sha256: createHash('sha256').update(content).digest('hex'),
      })),
    }),
  }))
}
