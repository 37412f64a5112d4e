import type { Call } from '../calls/call.ts'
import { answerBytes } from '../http/byte-range.ts'
import { dispositionOf } from '../http/disposition.ts'
import { foreignResource, notFound } from '../http/errors.ts'
import { accountPath, answer, type Exchange } from '../http/exchange.ts'
import type { Operation } from '../http/operation.ts'
import { tone } from '../tone.ts'

const path = `${accountPath}/recording/:recordingId`
const common = { method: 'GET', group: 'Heavy', scope: 'ReadCallRecording' } as const

/** RingCentral keeps the bytes on a host of their own; here it is the same. */
export const recordingOperations: Operation[] = [
  { ...common, path, handle: read },
  { ...common, path: `${path}/content`, tokenInQuery: true, handle: readContent },
]

const contentType = 'audio/wav'

function read(x: Exchange): Response {
  const call = find(x)
  const uri = `${x.sim.baseUrl}/restapi/v1.0/account/${x.account.id}/recording/${call.recordingId}`
  return answer({
    id: call.recordingId,
    contentUri: `${uri}/content`,
    contentType,
    duration: secondsOf(call),
  })
}

function readContent(x: Exchange): Response {
  const bytes = tone(secondsOf(find(x)))
  return answerBytes(x.c, bytes, { 'content-type': contentType, ...dispositionOf(x) })
}

function find({ sim, c, account, me }: Exchange): Call {
  const call = sim.callLog.findRecording(c.req.param('recordingId') ?? '')
  if (call?.accountId !== account.id) throw notFound('recordingId')
  const mine = sim.callLog.sidesOf(call).some(({ extensionId }) => extensionId === me.id)
  if (!mine && !me.admin) throw foreignResource()
  return call
}

function secondsOf({ answeredAt = 0, endedAt = 0 }: Call): number {
  return Math.max(1, Math.round((endedAt - answeredAt) / 1000))
}
