import type { Call } from '../db/generated/client/client.ts'
import type { Derived } from './derive.ts'
import type { Side } from './sides.ts'

const isToCalled = ({ direction, callerLeg }: Side) => direction === 'Outbound' && !callerLeg

type Named = Pick<
  Derived,
  | 'direction'
  | 'fromNumber'
  | 'fromName'
  | 'fromExtensionId'
  | 'toNumber'
  | 'toName'
  | 'toExtensionId'
>

/** Until the call to the other side begins, RingCentral does not name them. Whom a click calls is known here. */
export function asClicked(call: Call | undefined, sides: Side[]): Partial<Named> {
  if (!call?.requestHash || sides.some(isToCalled)) return {}
  const { toNumber, toName, toExtensionId } = call
  const to = { toNumber, toName, toExtensionId }
  if (sides.some((side) => side.callerLeg)) return to
  const { direction, fromNumber, fromName, fromExtensionId } = call
  return { ...to, direction, fromNumber, fromName, fromExtensionId }
}
