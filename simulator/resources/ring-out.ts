import type { RingOut } from '../calls/ring-outs.ts'
import { apiError, notFound } from '../http/errors.ts'
import {
  addressOf,
  answer,
  type Exchange,
  extensionPath,
  noContent,
  readJson,
} from '../http/exchange.ts'
import type { Operation } from '../http/operation.ts'

const path = `${extensionPath}/ring-out`
const one = `${path}/:ringOutId`
const common = { scope: 'RingOut', ownOnly: true } as const

export const ringOutOperations: Operation[] = [
  { ...common, method: 'POST', path, group: 'Heavy', handle: start },
  { ...common, method: 'GET', path: one, group: 'Light', handle: (x) => reply(x, find(x)) },
  { ...common, method: 'DELETE', path: one, group: 'Heavy', handle: cancel },
]

async function start(x: Exchange): Promise<Response> {
  const { sim, me } = x
  const body = await readJson(x.c)
  const from = readNumber(body.from)
  const to = readNumber(body.to)
  if (from === undefined)
    throw apiError(400, 'TEL-108', 'Parameter [from] is invalid', { parameterName: 'from' })
  if (to === undefined)
    throw apiError(400, 'TEL-109', 'Parameter [to] is invalid', { parameterName: 'to' })
  const callerId = readNumber(body.callerId)
  if (callerId !== undefined) {
    const shown = sim.world.numbersShownTo(me).find((number) => number.phoneNumber === callerId)
    if (!shown?.features.includes('CallerId')) {
      throw apiError(403, 'RNG-102', 'Caller ID is not a company number', {
        parameterName: 'callerId',
      })
    }
  }
  return reply(x, sim.ringOuts.start(me.id, from, to))
}

function cancel(x: Exchange): Response {
  x.sim.ringOuts.cancel(find(x))
  return noContent(x.c)
}

function find(x: Exchange): RingOut {
  const found = x.sim.ringOuts.find(x.c.req.param('ringOutId') ?? '')
  if (found?.extensionId !== x.extension.id) throw notFound('ringoutId')
  return found
}

function reply(x: Exchange, ringOut: RingOut): Response {
  const { id, callStatus, callerStatus, calleeStatus } = ringOut
  const uri = addressOf(x, `/ring-out/${id}`)
  return answer({ id, uri, status: { callStatus, callerStatus, calleeStatus } })
}

function readNumber(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('phoneNumber' in value)) return undefined
  const digits = String(value.phoneNumber).replace(/\D/g, '')
  if (digits.length < 10 || digits.length > 15) return undefined
  return digits.length === 10 ? `+1${digits}` : `+${digits}`
}
