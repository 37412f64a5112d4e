import type { Db } from '../db/client.ts'
import { coversAbility, requireAbility } from '../extensions/abilities.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { after, type Clock, minutes } from '../lib/clock.ts'
import type { UrlSigner } from '../lib/url-signer.ts'
import type { MediaContent, MediaOptions } from '../ringcentral/media.ts'
import type { Recording } from './derive.ts'

declare module '../graphql/context.ts' {
  interface Services {
    recordings: Recordings
  }
}

export type Recordings = ReturnType<typeof createRecordings>
export type RecordingName = { tenantId: string; callId: string; recordingId: string }

const goodFor = minutes(5)

/** Recordings by addresses of ours that are good for some minutes: nobody gets to see a token of RingCentral's. */
export function createRecordings({
  db,
  access,
  signer,
  publicUrl,
  clock,
}: {
  db: Db
  access: ExtensionAccess
  signer: UrlSigner
  publicUrl: string
  clock: Clock
}) {
  const parts = ({ tenantId, callId, recordingId }: RecordingName) => [
    tenantId,
    callId,
    recordingId,
  ]

  return {
    urlOf(name: RecordingName): string {
      const expiresAt = after(clock.now(), goodFor)
      const query = new URLSearchParams({
        tenant: name.tenantId,
        expires: String(expiresAt.getTime()),
        signature: signer.sign(parts(name), expiresAt),
      })
      const path = [name.callId, name.recordingId].map(encodeURIComponent).join('/')
      return `${publicUrl}/v1/rc/recordings/${path}?${query}`
    },

    isSigned: (name: RecordingName, expires: number, signature: string): boolean =>
      signer.verify(parts(name), new Date(expires), signature, clock.now()),

    /**
     * The recording, by the token of somebody who took part in the call, or of an administrator.
     * Undefined when there is no such recording, or the tenant may not have it now.
     *
     * @throws NotConnectedError, FeatureDisabledError, GrantLacksScopeError, RetryLaterError, and what the client throws
     */
    async content(name: RecordingName, options: MediaOptions): Promise<MediaContent | undefined> {
      const { tenantId, callId, recordingId } = name
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
