import type { Db } from '../db/client.ts'
import type { Extension } from '../db/generated/client/client.ts'
import { InvalidInputError } from '../lib/errors.ts'
import type { RingCentralRefusedError } from '../ringcentral/errors.ts'
import type { TransferTarget } from '../ringcentral/telephony.ts'
import { isOn } from '../tenants/features.ts'
import { TransferTargetNotFoundError } from './errors.ts'
import type { HeardParty } from './facts.ts'

/** By which member of the input a target is named. */
const fields = {
  phoneNumber: 'phoneNumber',
  extensionNumber: 'extensionNumber',
  voicemail: 'voicemailExtensionId',
} as const

function namedBy(target: TransferTarget): { kind: keyof typeof fields; name: string } {
  if ('phoneNumber' in target) return { kind: 'phoneNumber', name: target.phoneNumber }
  if ('voicemail' in target) return { kind: 'voicemail', name: target.voicemail }
  return { kind: 'extensionNumber', name: target.extensionNumber }
}

/**
 * Whether a call of `extension` can be sent to a target, as far as we can know. Where we have a copy of the
 * company's directory, who is not in it does not exist; else RingCentral decides.
 *
 * @throws TransferTargetNotFoundError, InvalidInputError when the target is in the call already
 */
export async function checkTarget(
  db: Db,
  extension: Extension,
  heard: HeardParty,
  target: TransferTarget,
): Promise<void> {
  const { kind, name } = namedBy(target)
  const found = await lookUp(db, extension, kind, name)
  const other = heard.direction === 'Inbound' ? heard.from : heard.to
  const isOther = found === undefined ? other.number === name : other.extensionId === found
  const isOneself = found === extension.extensionId && kind !== 'voicemail'
  if (isOther || isOneself) {
    throw new InvalidInputError(
      fields[kind],
      `${name} is ${isOther ? 'the other side of this call' : 'whose call it is'}: name somebody else.`,
    )
  }
  if (found !== undefined || kind === 'phoneNumber') return
  if (await hasDirectory(db, extension)) throw new TransferTargetNotFoundError(name)
}

/** RingCentral's 404 is about who was named, unless it names the call or one of its parties. */
export function isAboutTarget({ parameterName = '' }: RingCentralRefusedError): boolean {
  return Object.keys(fields).includes(parameterName.split('.').at(-1) ?? '')
}

export const notFound = (target: TransferTarget) =>
  new TransferTargetNotFoundError(namedBy(target).name)

/** RingCentral's id of the extension that is meant. */
async function lookUp(
  db: Db,
  { tenantId, rcAccountId }: Extension,
  kind: keyof typeof fields,
  name: string,
): Promise<string | undefined> {
  const company = { tenantId, rcAccountId }
  const select = { extensionId: true }
  if (kind === 'phoneNumber') {
    const owned = { ...company, phoneNumbers: { some: { phoneNumber: name } } }
    const connected = await db.extension.findFirst({ where: owned, select })
    if (connected) return connected.extensionId
    const where = { ...company, phoneNumbers: { has: name } }
    return (await db.directoryEntry.findFirst({ where, select }))?.extensionId
  }
  const where =
    kind === 'voicemail' ? { ...company, extensionId: name } : { ...company, extensionNumber: name }
  // RingCentral's list of today goes before what an extension told when it connected.
  const listed = await db.directoryEntry.findFirst({ where, select })
  return (listed ?? (await db.extension.findFirst({ where, select })))?.extensionId
}

async function hasDirectory(db: Db, { tenantId, rcAccountId }: Extension): Promise<boolean> {
  const copy = await db.directoryCopy.findUnique({
    where: { tenantId_rcAccountId: { tenantId, rcAccountId } },
  })
  return copy?.syncedAt != null && (await isOn(db, tenantId, 'DIRECTORY'))
}
