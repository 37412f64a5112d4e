import { topLevelError } from '../graphql/errors.ts'

export function cursorExpired() {
  return topLevelError(
    'CURSOR_EXPIRED',
    'Events after this cursor are no longer kept. Read the current state with a query, then subscribe again without `after`.',
  )
}

export function slowConsumer() {
  return topLevelError(
    'SLOW_CONSUMER',
    'You read more slowly than events happen, so this subscription has ended; nothing is lost. Subscribe again with `after` set to the last cursor that you saw, and read faster, or filter more.',
  )
}

export function noCursor() {
  return topLevelError(
    'BAD_USER_INPUT',
    '`after` is not a cursor of this event log. Use the `cursor` of an event that you received, or leave it out.',
  )
}
