import type { Db } from '../db/client.ts'
import type { Availability, DoNotDisturb, Presence } from '../db/generated/client/client.ts'
import { requireAbility } from '../extensions/abilities.ts'
import { asRefusal } from '../extensions/ringcentral-refusals.ts'
import type { ExtensionService } from '../extensions/service.ts'
import type { Clock } from '../lib/clock.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { doNotDisturbAtRingCentral, factsOf, userStatusAtRingCentral } from './presence-facts.ts'
import type { Presences } from './presences.ts'

declare module '../graphql/context.ts' {
  interface Services {
    setPresence: SetPresence
  }
}

/** RingCentral's limit. */
export const longestMessage = 75

export type PresenceInput = {
  extensionId: string
  userStatus?: Availability | null | undefined
  doNotDisturb?: DoNotDisturb | null | undefined
  statusMessage?: string | null | undefined
}

export type SetPresence = (tenantId: string, input: PresenceInput) => Promise<Presence>

/** Sets at RingCentral what a person would set there. Setting the same twice is the same as once. */
export function createSetPresence({
  db,
  extensions,
  presences,
  clock,
}: {
  db: Db
  extensions: Pick<ExtensionService, 'findConnected'>
  presences: Pick<Presences, 'learn'>
  clock: Clock
}): SetPresence {
  return async (tenantId, { extensionId, userStatus, doNotDisturb, statusMessage: message }) => {
    if (userStatus == null && doNotDisturb == null && message == null) {
      throw new InvalidInputError(
        'userStatus',
        'Say what to set: `userStatus`, `doNotDisturb` or `statusMessage`.',
      )
    }
    if (message != null && message.length > longestMessage) {
      throw new InvalidInputError(
        'statusMessage',
        `The message has ${message.length} characters; RingCentral takes at most ${longestMessage}.`,
      )
    }
    const extension = await extensions.findConnected(tenantId, extensionId)
    await requireAbility(db, extension, 'SET_PRESENCE')
    try {
      const told = await presences.learn(extension.id, ({ presence }) =>
        presence.put({
          ...(userStatus && { userStatus: userStatusAtRingCentral[userStatus] }),
          ...(doNotDisturb && { dndStatus: doNotDisturbAtRingCentral[doNotDisturb] }),
          ...(message != null && { message }),
        }),
      )
      const known = await db.presence.findUniqueOrThrow({
        where: { extensionRowId: extension.id },
      })
      // What was set, also where older news came in meanwhile: RingCentral tells of the change in a moment.
      return { ...known, ...factsOf(told, known) }
    } catch (error) {
      throw asRefusal(error, clock)
    }
  }
}
