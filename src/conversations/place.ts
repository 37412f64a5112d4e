import { hash } from 'node:crypto'
import type { Tx } from '../db/client.ts'
import type { Extension, Message, MessageType } from '../db/generated/client/client.ts'

/** What tells to which conversation a message belongs. */
export type Belonging = Pick<
  Message,
  'tenantId' | 'extensionRowId' | 'type' | 'direction' | 'from' | 'to' | 'createdAt'
> & {
  /** Which of the recipients is the mailbox's own number, where RingCentral tells. */
  own?: string | undefined
}

/** One number, or one mailbox of colleagues, with one set of other people. */
export type Place = {
  tenantId: string
  extensionRowId: string
  type: MessageType
  number: string
  participants: string[]
  key: string
}

/** What an extension is known by. */
type Owner = Pick<Extension, 'id' | 'extensionId' | 'extensionNumber'> & {
  phoneNumbers: { phoneNumber: string }[]
}

/** The places of messages, each at its message's; undefined for voicemails and faxes, which are no conversation. */
export async function placesOf(
  tx: Tx,
  messages: readonly Belonging[],
): Promise<(Place | undefined)[]> {
  const owners = await ownersOf(tx, messages.filter(needsOwner))
  return messages.map((message) => placeOf(message, owners.get(message.extensionRowId)))
}

/** Of most texts both sides are plain. */
function needsOwner({ type, direction, to, own }: Belonging): boolean {
  if (type === 'INTERNAL') return true
  return type === 'SMS' && direction === 'INBOUND' && own === undefined && to.length > 1
}

async function ownersOf(tx: Tx, messages: readonly Belonging[]): Promise<Map<string, Owner>> {
  const ids = [...new Set(messages.map(({ extensionRowId }) => extensionRowId))]
  if (ids.length === 0) return new Map()
  const owners = await tx.extension.findMany({
    where: { id: { in: ids } },
    select: {
      id: true,
      extensionId: true,
      extensionNumber: true,
      phoneNumbers: { select: { phoneNumber: true } },
    },
  })
  return new Map(owners.map((owner) => [owner.id, owner]))
}

/** The place of a text that goes out from a number, which tells it by itself. */
export function plainPlace(message: Belonging & { type: 'SMS'; direction: 'OUTBOUND' }): Place {
  const place = placeOf(message, undefined)
  if (!place) throw new Error('A text belongs nowhere')
  return place
}

function placeOf(message: Belonging, owner: Owner | undefined): Place | undefined {
  const { tenantId, extensionRowId, type } = message
  if (type !== 'SMS' && type !== 'INTERNAL') return undefined
  const number = ownSide(message, owner)
  const everybody = message.direction === 'OUTBOUND' ? message.to : [message.from, ...message.to]
  const mine = type === 'INTERNAL' ? [number, owner?.extensionId] : [number]
  const others = [...new Set(everybody)].filter((one) => !mine.includes(one)).sort()
  // Who writes to themselves.
  const participants = others.length > 0 ? others : [number]
  // A number keeps its conversations when it is given to somebody else; a mailbox stays its owner's.
  const own = type === 'INTERNAL' ? `INTERNAL ${extensionRowId}` : `SMS ${number}`
  const key = hash('sha256', `${own} ${participants.join(' ')}`, 'hex')
  return { tenantId, extensionRowId, type, number, participants, key }
}

function ownSide({ type, direction, from, to, own }: Belonging, owner: Owner | undefined): string {
  if (type === 'INTERNAL') return owner?.extensionNumber ?? owner?.extensionId ?? 'unknown'
  if (direction === 'OUTBOUND') return from
  const known = owner?.phoneNumbers.map(({ phoneNumber }) => phoneNumber) ?? []
  return own ?? to.find((one) => known.includes(one)) ?? to[0] ?? 'unknown'
}
