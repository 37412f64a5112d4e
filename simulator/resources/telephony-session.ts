import { renderParty } from '../calls/session-event.ts'
import { notFound } from '../http/errors.ts'
import { accountPath, answer, type Exchange } from '../http/exchange.ts'
import { time } from '../http/json.ts'
import type { Operation } from '../http/operation.ts'

export const telephonySessionOperations: Operation[] = [
  {
    method: 'GET',
    path: `${accountPath}/telephony/sessions/:telephonySessionId`,
    group: 'Light',
    scope: 'CallControl',
    handle: read,
  },
]

/** A call while it goes on, with everybody of the account who takes part; afterwards it is gone. */
function read({ sim, c, me, account }: Exchange): Response {
  const id = c.req.param('telephonySessionId') ?? ''
  const going = sim.callCenter.session(id).map(({ call }) => call)
  const sides = going.filter((call) => call.accountId === account.id)
  const [first] = sides
  const mine = me.admin || sides.some((call) => call.extensionId === me.id)
  if (!first || !mine) throw notFound('telephonySessionId')
  return answer({
    id,
    origin: { type: first.origin },
    creationTime: time(first.startedAt),
    parties: sides.map((call) => {
      const { missedCall, queueCall, ...party } = renderParty(call)
      return { ...party, attributes: { queueCall } }
    }),
  })
}
