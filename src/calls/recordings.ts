import type { Db } from '../db/client.ts'
import { coversAbility, requireAbility } from '../extensions/abilities.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import type { MediaAddresses, MediaName } from '../http/media-addresses.ts'
import type { MediaContent, MediaOptions } from '../ringcentral/media.ts'
import type { Recording } from './derive.ts'

declare module '../graphql/context.ts' {
  interface Services {
    recordings: Recordings
  }
}

export type Recordings = ReturnType<typeof createRecordings>

/** Recordings by addresses of ours. */
export function createRecordings({
  db,
  access,
  addresses,
}: {
  db: Db
  access: ExtensionAccess
  addresses: MediaAddresses
}) {
  return {
    ...addresses,

    /**
     * The recording, by the token of somebody who took part in the call, or of an administrator.
     * Undefined when there is no such recording, or the tenant may not have it now.
     *
     * @throws NotConnectedError, FeatureDisabledError, GrantLacksScopeError, RetryLaterError, and what the client throws
     */
    async content(name: MediaName, options: MediaOptions): Promise<MediaContent | undefined> {
      const { tenantId, ownerId: callId, mediaId: recordingId } = name
      const call = await db.call.findFirst({
        where: { id: callId, tenantId, tenant: { status: 'ACTIVE' } },
      })
      const recordings = (call?.recordings ?? []) as Recording[]
      if (!call || !recordings.some(({ id }) => id === recordingId)) return undefined
      const readers = await db.extension.findMany({
        where: {
          tenantId,
          rcAccountId: call.rcAccountId,
          grant: { isNot: null },
          OR: [{ id: { in: call.extensionRowIds } }, { isAdmin: true }],
        },
      })
      const [anybody] = readers
      if (!anybody) throw new NotConnectedError()
      const able = readers.filter((reader) => coversAbility(reader, 'RECORDINGS'))
      const own = able.find(({ id }) => call.extensionRowIds.includes(id)) ?? able[0] ?? anybody
      await requireAbility(db, own, 'RECORDINGS')
      return access.call(own.id, (api) => api.media.content({ recordingId }, options))
    },
  }
}
