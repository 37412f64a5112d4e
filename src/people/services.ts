import type { Db } from '../db/client.ts'
import type { EventLog } from '../events/event-log.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import type { ExtensionService } from '../extensions/service.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { createAddressBooks } from './address-books.ts'
import { createContactChanges } from './contact-changes.ts'
import { createDirectory } from './directory.ts'
import { createMappings } from './mappings.ts'
import { nameOf } from './names.ts'
import { numbersNamed } from './numbers-named.ts'
import { createPresences } from './presences.ts'
import { createSetPresence } from './set-presence.ts'

/** What resolvers do with people. */
export function createPeopleServices(deps: {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  access: ExtensionAccess
  extensions: ExtensionService
  clock: Clock
  logger: Logger
}) {
  const directory = createDirectory(deps)
  const presences = createPresences(deps)
  const addressBooks = createAddressBooks(deps)
  return {
    directory,
    mappings: createMappings({ ...deps, directory }),
    presences,
    setPresence: createSetPresence({ ...deps, presences }),
    addressBooks,
    contactChanges: createContactChanges({ ...deps, addressBooks }),
    nameOf,
    numbersNamed,
  }
}
