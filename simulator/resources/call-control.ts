import type { Destination } from '../calls/call-control.ts'
import { renderParty } from '../calls/session-event.ts'
import { apiError, foreignResource, invalidParameter, notFound } from '../http/errors.ts'
import { accountPath, answer, type Exchange, noContent, readJson } from '../http/exchange.ts'
import type { Operation } from '../http/operation.ts'

const session = `${accountPath}/telephony/sessions/:telephonySessionId`
const party = `${session}/parties/:partyId`
const common = { group: 'Light', scope: 'CallControl' } as const

/** Taking part in a call that goes on. `telephony-session.ts` reads one. */
export const callControlOperations: Operation[] = [
  { ...common, method: 'DELETE', path: session, handle: drop },
  { ...common, method: 'PATCH', path: party, handle: update },
  { ...common, method: 'POST', path: `${party}/hold`, handle: (x) => turn(x, 'hold') },
  { ...common, method: 'POST', path: `${party}/unhold`, handle: (x) => turn(x, 'unhold') },
  { ...common, method: 'POST', path: `${party}/transfer`, handle: transfer },
]

function drop(x: Exchange): Response {
  const sides = sidesOf(x)
  if (!x.me.admin && sides.every(({ call }) => call.extensionId !== x.me.id)) {
    throw foreignResource()
  }
  x.sim.callCenter.hangUp(x.c.req.param('telephonySessionId') ?? '')
  return noContent(x.c)
}

async function update(x: Exchange): Promise<Response> {
  const side = mySide(x)
  const { party } = await readJson(x.c)
  const { muted } = (party ?? {}) as { muted?: unknown }
  if (typeof muted !== 'boolean') throw invalidParameter('party.muted')
  requireUnderWay(x, side)
  x.sim.callControl.mute(side, muted)
  return reply(side)
}

function turn(x: Exchange, what: 'hold' | 'unhold'): Response {
  const side = mySide(x)
  requireUnderWay(x, side)
  x.sim.callControl[what](side)
  return reply(side)
}

async function transfer(x: Exchange): Promise<Response> {
  const side = mySide(x)
  const destination = readDestination(x, await readJson(x.c))
  requireUnderWay(x, side)
  x.sim.callControl.transfer(side, destination)
  return reply(side)
}

const kinds = ['phoneNumber', 'extensionNumber', 'extensionId', 'voicemail', 'parkOrbit']

function readDestination(x: Exchange, body: Record<string, unknown>): Destination {
  const given = kinds.filter((kind) => body[kind] !== undefined)
  const [kind = '', ...others] = given
  if (given.length === 0 || others.length > 0 || kind === 'parkOrbit') {
    throw invalidParameter(others[0] ?? kind)
  }
  const value = String(body[kind])
  const { world } = x.sim
  if (kind === 'phoneNumber') {
    const owner = world.ownerOf(value)
    const ours = owner?.accountId === x.account.id
    return ours ? { extension: owner, outcome: 'answered' } : 'outside'
  }
  const extension = world
    .extensionsOf(x.account.id)
    .find((one) => (kind === 'extensionNumber' ? one.extensionNumber : one.id) === value)
  if (!extension) throw notFound(kind)
  return { extension, outcome: kind === 'voicemail' ? 'voicemail' : 'answered' }
}

function sidesOf({ sim, c, account }: Exchange) {
  const sides = sim.callCenter
    .session(c.req.param('telephonySessionId') ?? '')
    .filter(({ call }) => call.accountId === account.id)
  if (sides.length === 0) throw notFound('telephonySessionId')
  return sides
}

type Side = ReturnType<typeof sidesOf>[number]

function mySide(x: Exchange): Side {
  const side = sidesOf(x).find(({ call }) => call.partyId === x.c.req.param('partyId'))
  if (!side) throw notFound('partyId')
  if (!x.me.admin && side.call.extensionId !== x.me.id) throw foreignResource()
  return side
}

function requireUnderWay({ sim }: Exchange, side: Side): void {
  if (!sim.callControl.isUnderWay(side)) throw apiError(403, 'TAS-106', 'Operation is not allowed')
}

function reply({ call }: Side): Response {
  const { missedCall, queueCall, ...party } = renderParty(call)
  return answer({ ...party, attributes: { queueCall } })
}
