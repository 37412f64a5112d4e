import type { Db } from '../db/client.ts'
import type { Extension, Message } from '../db/generated/client/client.ts'
import { kindOfId } from '../lib/ids.ts'
import type { Colleague as RcColleague } from '../ringcentral/messages.ts'
import type { Party } from '../ringcentral/values.ts'
import { RecipientNotFoundError } from './errors.ts'

/** A recipient of an INTERNAL message, as `Message.colleagues` stores it: the id, the number, or both. */
export type Colleague = { extensionId: string | null; extensionNumber: string | null }

type Company = Pick<Extension, 'tenantId' | 'rcAccountId'>

/** Longer than any extension number, shorter than RingCentral's ids of today. */
const longestNumber = 8

/**
 * Who is meant by an extension's id (ours or RingCentral's) or by its number, in the company of who sends. Where
 * we have a copy of its directory, who is not in it does not exist; else RingCentral decides.
 *
 * @throws RecipientNotFoundError
 */
export async function findColleague(
  db: Db,
  company: Company,
  given: string,
  refreshDirectory: (tenantId: string) => Promise<void>,
): Promise<Colleague> {
  const name = given.trim()
  const known = await lookUp(db, company, name)
  if (known) return known
  if (kindOfId(name) !== undefined || !/^\d{1,20}$/.test(name))
    throw new RecipientNotFoundError(given)
  await refreshDirectory(company.tenantId)
  const { tenantId, rcAccountId } = company
  const copy = await db.directoryCopy.findUnique({
    where: { tenantId_rcAccountId: { tenantId, rcAccountId } },
  })
  const found = await lookUp(db, company, name)
  if (found) return found
  if (copy?.syncedAt) throw new RecipientNotFoundError(given)
  return name.length > longestNumber
    ? { extensionId: name, extensionNumber: null }
    : { extensionId: null, extensionNumber: name }
}

async function lookUp(db: Db, company: Company, name: string): Promise<Colleague | null> {
  const { tenantId, rcAccountId } = company
  const select = { extensionId: true, extensionNumber: true }
  const named = { OR: [{ extensionId: name }, { extensionNumber: name }] }
  const [connected, listed] = await Promise.all([
    db.extension.findFirst({
      where: { tenantId, rcAccountId, OR: [{ id: name }, ...named.OR] },
      select,
    }),
    db.directoryEntry.findFirst({ where: { tenantId, rcAccountId, ...named }, select }),
  ])
  // RingCentral's list of today goes before what an extension told when it connected.
  return listed ?? connected
}

export function colleaguesOf({ colleagues }: Pick<Message, 'colleagues'>): Colleague[] {
  return colleagues as Colleague[]
}

/** As RingCentral is told: by id, which stays when numbers are given to others. */
export function asRingCentralNames({ extensionId, extensionNumber }: Colleague): RcColleague {
  return extensionId === null ? { extensionNumber: extensionNumber ?? '' } : { extensionId }
}

/** How a colleague is shown in `to`. */
export function addressOf({ extensionId, extensionNumber }: Colleague): string {
  return extensionNumber ?? extensionId ?? ''
}

/** Whether a record's recipients are these colleagues, each once, in any order. */
export function sameColleagues(
  parties: readonly Party[],
  colleagues: readonly Colleague[],
): boolean {
  const left = [...parties]
  const found = colleagues.filter((colleague) => {
    const place = left.findIndex((party) => isColleague(party, colleague))
    if (place >= 0) left.splice(place, 1)
    return place >= 0
  })
  return left.length === 0 && found.length === colleagues.length
}

/** By id where both have one: numbers are given to others. */
function isColleague(party: Party, { extensionId, extensionNumber }: Colleague): boolean {
  if (party.extensionId !== undefined && extensionId !== null) {
    return party.extensionId === extensionId
  }
  return party.extensionNumber === extensionNumber
}
