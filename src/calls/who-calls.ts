import type { Db } from '../db/client.ts'
import type { Extension } from '../db/generated/client/client.ts'
import { requireAbility } from '../extensions/abilities.ts'
import { ExtensionRevokedError, NotConnectedError } from '../extensions/errors.ts'
import { extensionOfUser, ownNumber } from '../extensions/extension-of-user.ts'
import { parseUserId } from '../extensions/user-mapping.ts'
import { findExtension } from '../extensions/which-extension.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { NumberNotFoundError } from '../numbers/errors.ts'
import { parsePhoneNumber } from '../numbers/parse-phone-number.ts'
import { findNumber } from '../numbers/service.ts'

/** Who starts a call, as it was asked for: the owner of `from`, or somebody named, who may be rung anywhere. */
export type Caller =
  | { by: 'number'; from: string }
  | { by: 'user'; id: string; from: string | null }
  | { by: 'extension'; id: string; from: string | null }

type Given = {
  from?: string | null | undefined
  userId?: string | null | undefined
  extensionId?: string | null | undefined
}

/** @throws InvalidPhoneNumberError, InvalidInputError when nobody is named, or two are */
export function parseCaller({ from: given, userId, extensionId }: Given): Caller {
  const from = given == null ? null : parsePhoneNumber(given)
  if (userId != null && extensionId != null) {
    throw new InvalidInputError(
      'extensionId',
      'Name who calls in `userId` or in `extensionId`: one of both.',
    )
  }
  if (userId != null) return { by: 'user', id: parseUserId(userId), from }
  if (extensionId != null) return { by: 'extension', id: extensionId, from }
  if (from !== null) return { by: 'number', from }
  throw new InvalidInputError(
    'from',
    'Name who calls: one of your numbers in `from`, a mapped user in `userId`, or an extension in `extensionId`.',
  )
}

/**
 * The extension that starts a call, and the phone that rings first.
 *
 * @throws the typed errors of `startCall` about who calls
 */
export async function whoCalls(
  db: Db,
  tenantId: string,
  caller: Caller,
): Promise<{ extension: Extension; from: string }> {
  const extension = await named(db, tenantId, caller)
  const { extensionId, name } = extension
  if (extension.status === 'REVOKED') throw new ExtensionRevokedError(extensionId, name)
  await requireAbility(db, extension, 'START_CALL')
  const from = caller.from ?? (await ownNumber(db, extension.id))
  if (from !== undefined) return { extension, from }
  throw new InvalidInputError(
    'from',
    `We know no number of extension ${extensionId}: give the phone that rings first in \`from\`.`,
  )
}

const alsoName =
  ' To have another phone ring first, for example a mobile, say who calls as well: in `userId` or `extensionId`.'

async function named(db: Db, tenantId: string, caller: Caller): Promise<Extension> {
  if (caller.by === 'user') return extensionOfUser(db, tenantId, caller.id)
  if (caller.by === 'extension') return findExtension(db, tenantId, caller.id)
  const number = await findNumber(db, tenantId, caller.from)
  if (number) return number.extension
  const where = { tenantId, status: { not: 'REVOKED' } } as const
  const connected = await db.extension.findFirst({ where })
  throw connected ? new NumberNotFoundError(caller.from, alsoName) : new NotConnectedError()
}
