import { implementTogether } from '../jobs/define-job.ts'
import { readPresence } from './read-presence.ts'
import { syncContacts } from './sync-contacts.ts'
import { syncDirectory } from './sync-directory.ts'

/** What is done for people in the background. */
export const peopleWorkers = implementTogether(syncDirectory, readPresence, syncContacts)
