import type { Db } from '../db/client.ts'
import type { Extension } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Apps } from './apps.ts'
import type { Connecting } from './connect.ts'
import type { ConnectLinks } from './connect-link.ts'
import { createConsent } from './consent.ts'
import type { Disconnecting } from './disconnect.ts'
import { NotConnectedError } from './errors.ts'
import { discoverNumbersJob } from './jobs.ts'
import { findExtension } from './which-extension.ts'

declare module '../graphql/context.ts' {
  interface Services {
    extensions: ExtensionService
    apps: Apps
  }
}

export type ExtensionService = ReturnType<typeof createExtensionService>

/** What GraphQL, REST and the connect pages do with extensions. */
export function createExtensionService({
  db,
  apps,
  queue,
  links,
  connecting,
  disconnecting,
  publicUrl,
}: {
  db: Db
  apps: Apps
  queue: Pick<JobQueue, 'send'>
  links: ConnectLinks
  connecting: Connecting
  disconnecting: Disconnecting
  publicUrl: string
}) {
  /** @throws ExtensionNotFoundError, NotConnectedError when its grant has ended */
  async function findConnected(tenantId: string, given: string): Promise<Extension> {
    const extension = await findExtension(db, tenantId, given)
    if (extension.status === 'REVOKED') throw new NotConnectedError()
    return extension
  }

  return {
    links,
    connecting,
    consent: createConsent({ db, apps }),
    disconnectTenant: disconnecting.disconnectTenant,

    /** The address that a person opens. */
    absoluteUrl: (path: string) => `${publicUrl}${path}`,

    findConnected,

    /** @throws ExtensionNotFoundError, NotConnectedError when its grant has ended */
    async requestDiscovery(tenantId: string, given: string): Promise<Extension> {
      const extension = await findConnected(tenantId, given)
      const { id } = extension
      await inTransaction(db, (tx) =>
        queue.send(tx, discoverNumbersJob, { extensionRowId: id }, { singletonKey: id }),
      )
      return extension
    },
  }
}
