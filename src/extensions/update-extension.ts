import { isDeepStrictEqual } from 'node:util'
import type { Db, Tx } from '../db/client.ts'
import type { Extension } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import type { Clock } from '../lib/clock.ts'
import type { Extension as Told } from '../ringcentral/account.ts'
import { RingCentralInDoubtError } from '../ringcentral/errors.ts'
import { requireAbility } from './abilities.ts'
import type { ExtensionAccess } from './access.ts'
import { type GivenDetails, parseDetails } from './detail-change.ts'
import { detailsIn, detailsOf } from './details.ts'
import { holdConnected } from './hold-connected.ts'
import { asRefusal } from './ringcentral-refusals.ts'
import type { ExtensionService } from './service.ts'
import { recordExtensionChanged } from './status.ts'

declare module '../graphql/context.ts' {
  interface Services {
    updateExtension: UpdateExtension
  }
}

export type UpdateExtension = (
  tenantId: string,
  input: { extensionId: string } & GivenDetails,
) => Promise<Extension>

/**
 * Changes who an extension's user is: at RingCentral first, so that ours never has what RingCentral has
 * not. Doing it twice is the same as once. Throws the typed errors of the mutation.
 */
export function createUpdateExtension({
  db,
  eventLog,
  access,
  extensions,
  onChange,
  clock,
}: {
  db: Db
  eventLog: EventLog
  access: ExtensionAccess
  extensions: Pick<ExtensionService, 'findConnected' | 'requestDiscovery'>
  /** What else happens in the transaction that changes it. */
  onChange: (tx: Tx, extension: Extension) => Promise<void>
  clock: Clock
}): UpdateExtension {
  return async (tenantId, { extensionId, ...given }) => {
    const change = parseDetails(given)
    const extension = await extensions.findConnected(tenantId, extensionId)
    await requireAbility(db, extension, 'UPDATE_EXTENSION')
    try {
      const told = await access.call(extension.id, ({ account }) => account.updateExtension(change))
      return await save(extension.id, told)
    } catch (error) {
      // It may have been done: what is there now is read, so that ours is true again.
      if (error instanceof RingCentralInDoubtError) {
        await extensions.requestDiscovery(tenantId, extension.id)
      }
      throw asRefusal(error, clock)
    }
  }

  function save(id: string, told: Told): Promise<Extension> {
    return eventLog.transaction(async (tx, record) => {
      const connected = await holdConnected(tx, id)
      const before = await tx.extension.findUniqueOrThrow({ where: { id } })
      // Disconnected meanwhile: what it is at RingCentral is not our business any more.
      if (!connected) return before
      const after = await tx.extension.update({ where: { id }, data: detailsOf(told) })
      if (!isDeepStrictEqual(detailsIn(before), detailsIn(after))) {
        recordExtensionChanged(record, after)
      }
      await onChange(tx, after)
      return after
    })
  }
}
