import { createAcceptBatch } from './batches/accept-batch.ts'
import { createBatchChanges } from './batches/change-batch.ts'
import { createCallServices } from './calls/services.ts'
import { createConsents } from './consents/service.ts'
import { createConversationChanges } from './conversations/changes.ts'
import type { Db } from './db/client.ts'
import type { ReadRows } from './db/read-rows.ts'
import type { EventLog } from './events/event-log.ts'
import type { EventFeed } from './events/feed.ts'
import { createExtensionAccess } from './extensions/access.ts'
import { type AppCredentials, createApps } from './extensions/apps.ts'
import { createConnecting } from './extensions/connect.ts'
import { createConnectLinks } from './extensions/connect-link.ts'
import { createDisconnecting } from './extensions/disconnect.ts'
import { createGrants } from './extensions/grants.ts'
import { createOwnApp } from './extensions/own-app.ts'
import { createExtensionService } from './extensions/service.ts'
import { createTokenEndpoint } from './extensions/token-endpoint.ts'
import { createUpdateExtension } from './extensions/update-extension.ts'
import type { Uses } from './extensions/uses.ts'
import { createImportHistory } from './history/begin.ts'
import { createMediaAddresses } from './http/media-addresses.ts'
import type { JobQueue } from './jobs/queue.ts'
import type { Clock } from './lib/clock.ts'
import type { Logger } from './lib/logger.ts'
import type { Sealer, SealingKey } from './lib/sealer.ts'
import { createUrlSigner } from './lib/url-signer.ts'
import type { MediaStore } from './media/store.ts'
import { createUploads } from './media/uploads.ts'
import { createMessageServices } from './messages/services.ts'
import { createPeopleServices } from './people/services.ts'
import { createReactions } from './reactions.ts'
import type { RingCentral } from './ringcentral/client.ts'
import { attachmentsPath, recordingsPath, uploadsPath } from './routes.ts'
import { createTemplates } from './templates/templates.ts'
import { createApiKeys } from './tenants/api-keys.ts'
import { createClientTokenJwt } from './tenants/client-token-jwt.ts'
import { createClientTokens } from './tenants/client-tokens.ts'
import { createTenantService } from './tenants/service.ts'
import { createSettings } from './tenants/settings.ts'

export type Parts = ReturnType<typeof createServices>

/** What the features do, each thing made once and in order: `services` for resolvers, the rest for those who work behind. */
export function createServices(floor: {
  db: Db
  readRows: ReadRows
  queue: JobQueue
  eventLog: EventLog
  feed: EventFeed
  store: MediaStore
  sealer: Sealer
  gatewayApp: AppCredentials
  appServers: readonly string[]
  reach: (app: AppCredentials) => RingCentral
  encryptionKeys: SealingKey[]
  tokenCallsPerMinute: number
  uses: Uses
  logLagMs: number
  publicUrl: string
  clock: Clock
  logger: Logger
}) {
  const { encryptionKeys, publicUrl, clock } = floor
  const signer = (purpose: string) => createUrlSigner(encryptionKeys, purpose)
  const addresses = (purpose: string, path: string) =>
    createMediaAddresses({ signer: signer(purpose), base: `${publicUrl}${path}`, clock })
  const reactions = createReactions(floor)
  const clientTokenJwt = createClientTokenJwt({ keys: encryptionKeys, issuer: publicUrl, clock })

  const apps = createApps(floor)
  const tokenEndpoint = createTokenEndpoint({
    ...floor,
    callsPerMinute: floor.tokenCallsPerMinute,
  })
  const grants = createGrants({ ...floor, apps, tokenEndpoint })
  const access = createExtensionAccess({ ...floor, apps, grants })
  const links = createConnectLinks(floor)
  const connecting = createConnecting({
    ...floor,
    ...reactions,
    links,
    apps,
    tokenEndpoint,
  })
  const disconnecting = createDisconnecting({ ...floor, ...reactions })
  const extensions = createExtensionService({ ...floor, apps, links, connecting, disconnecting })

  const deps = { ...floor, ...reactions, access, extensions }
  const people = createPeopleServices(deps)
  const services = {
    tenants: createTenantService(deps),
    clientTokens: createClientTokens({ ...deps, jwt: clientTokenJwt }),
    apiKeys: createApiKeys(deps),
    settings: createSettings(deps),
    extensions,
    apps,
    ownApp: createOwnApp({ ...floor, apps, tokenEndpoint }),
    updateExtension: createUpdateExtension(deps),
    consents: createConsents(deps),
    conversationChanges: createConversationChanges(deps),
    uploads: createUploads({
      ...deps,
      signer: signer('uploads'),
      base: `${publicUrl}${uploadsPath}`,
    }),
    templates: createTemplates(deps),
    ...createMessageServices({
      ...deps,
      attachmentAddresses: addresses('attachments', attachmentsPath),
      refreshDirectory: people.directory.refresh,
    }),
    importHistory: createImportHistory(deps),
    acceptBatch: createAcceptBatch(deps),
    batchChanges: createBatchChanges(deps),
    ...createCallServices({
      ...deps,
      recordingAddresses: addresses('recordings', recordingsPath),
    }),
    ...people,
    feed: floor.feed,
  }
  return { services, reactions, tokenEndpoint, grants, access, disconnecting, clientTokenJwt }
}
