import { describe, expect, it } from 'vitest'
import { callFields, waitForLog } from '../support/calls.ts'
import { ava, ben, startGateway } from '../support/gateway.ts'
import { stranger } from '../support/texts.ts'

async function talking({ logLagMs = 100 } = {}) {
  const gateway = await startGateway({
    simulator: { calls: { ringMs: 100, talkMs: 20_000, logLagMs } },
  })
  const acme = await gateway.createTenant()
  await acme.connect(ava)
  await waitForLog(acme, 5)
  await acme.waitFor('{ directory { asOf } }', ({ directory }) => directory.asOf)
  gateway.simulator.addCall({ from: stranger, to: ava.number })
  const live = `{ activeCalls { ${callFields} } }`
  const call = await acme.waitFor(live, ({ activeCalls }) =>
    activeCalls.find(({ status }: any) => status === 'ANSWERED'),
  )
  const becomes = (is: (call: any) => unknown) =>
    acme.waitFor(
      `{ call(id: "${call.id}") { ${callFields} } }`,
      (data) => is(data.call) && data.call,
    )
  const control = async (name: string, more: object = {}) => {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`
    const named = name === 'transferCall' ? '... on TransferTargetNotFoundError { target }' : ''
    const document = `mutation ($input: ${type}!) { result: ${name}(input: $input) { ... on Call { id } ... on Error { code } ${named} } }`
    return (await acme.query(document, { input: { callId: call.id, ...more } })).result
  }
  return { gateway, acme, call, becomes, control }
}

describe('a call that goes on', () => {
  it('is held, muted and hung up, as callChanged tells', async () => {
    const { becomes, control, call } = await talking()
    expect(await control('hold')).toEqual({ id: call.id })
    await becomes(({ status }) => status === 'ON_HOLD')
    await control('unhold')
    await becomes(({ status }) => status === 'ANSWERED')
    await control('mute')
    await becomes(({ parties }) => parties[0].isMuted)
    await control('unmute')
    await becomes(({ parties }) => !parties[0].isMuted)
    await control('hangUp')
    await becomes(({ status }) => status === 'ENDED')
    for (const name of ['hold', 'hangUp', 'mute']) {
      expect(await control(name)).toEqual({ code: 'CALL_NOT_LIVE' })
    }
  })

  it('is transferred to a colleague: one call, still going on', async () => {
    const { acme, becomes, control, gateway } = await talking()
    await acme.connect(ben)
    expect(await control('transferCall')).toEqual({ code: 'INVALID_INPUT' })
    expect(
      await control('transferCall', { phoneNumber: stranger, extensionNumber: '102' }),
    ).toEqual({
      code: 'INVALID_INPUT',
    })
    await control('transferCall', { extensionNumber: '102' })
    const moved = await becomes(
      ({ parties }) => parties.length === 2 && parties[1].status === 'ANSWERED',
    )
    expect(moved).toMatchObject({
      status: 'ANSWERED',
      to: { number: ava.number },
      parties: [{ status: 'ENDED' }, { extensionId: ben.extensionId }],
    })
    // In the log Ava's part is over; the call is not.
    const partly = await becomes(({ legs }) => legs.length > 0)
    expect(partly.status).toBe('ANSWERED')
    gateway.simulator.hangUp(moved.telephonySessionId)
    const ended = await becomes(({ status }) => status === 'ENDED')
    expect(ended.result).toBe('ANSWERED')
    expect(await gateway.db.call.count({ where: { sessionKey: moved.telephonySessionId } })).toBe(1)
  })

  it('is sent on to somebody who exists and is not in it; outside it is over for us, also before the log has it', async () => {
    const { gateway, acme, becomes, control, call } = await talking({ logLagMs: 600_000 })
    const nobody = { code: 'TRANSFER_TARGET_NOT_FOUND', target: '199' }
    // Asked of RingCentral, as long as there is no directory of ours to look into.
    await gateway.db.directoryCopy.updateMany({ data: { syncedAt: null } })
    expect(await control('transferCall', { extensionNumber: '199' })).toEqual(nobody)
    const transfers = () =>
      gateway.simulator.ledger().filter(({ path }) => path.endsWith('/transfer')).length
    expect(transfers()).toBe(1)
    await gateway.db.directoryCopy.updateMany({ data: { syncedAt: new Date() } })
    expect(await control('transferCall', { extensionNumber: '199' })).toEqual(nobody)
    expect(await control('transferCall', { voicemailExtensionId: '199' })).toEqual(nobody)
    const inIt = [
      { phoneNumber: stranger },
      { phoneNumber: ava.number },
      { extensionNumber: '101' },
    ]
    for (const target of inIt) {
      expect(await control('transferCall', target)).toEqual({ code: 'INVALID_INPUT' })
    }
    expect(transfers()).toBe(1)
    const { cancelCall } = await acme.query(
      `mutation { cancelCall(input: { callId: "${call.id}" }) { ... on Error { code message } } }`,
    )
    expect(cancelCall).toMatchObject({ code: 'CALL_NOT_RINGING' })
    expect(cancelCall.message).toContain('it was not started with `startCall`')
    expect(await control('transferCall', { phoneNumber: '+13105550188' })).toEqual({ id: call.id })
    const ended = await becomes(({ status }) => status === 'ENDED')
    expect(ended).toMatchObject({ result: 'ANSWERED', isProvisional: true })
    expect(ended.endedAt).toBe(ended.parties[0].endedAt)
  })

  it('is left alone when the grant does not cover it, or RingCentral refuses', async () => {
    const { gateway, control } = await talking()
    const path = '/restapi/v1.0/account/~/telephony'
    gateway.simulator.planFault({ kind: 'status', status: 409, path, count: 1 })
    expect(await control('hold')).toEqual({ code: 'CALL_CONTROL_FAILED' })
    gateway.simulator.planFault({ kind: 'rate-limit', path, retryAfter: 20, count: 1 })
    expect(await control('hold')).toEqual({ code: 'RATE_LIMITED' })
    await gateway.db.extension.updateMany({ data: { scopes: ['SMS'] } })
    expect(await control('hold')).toEqual({ code: 'GRANT_LACKS_SCOPE' })
    await gateway.db.call.updateMany({ where: { status: 'ANSWERED' }, data: { status: 'RINGING' } })
    expect(await control('hold')).toEqual({ code: 'CALL_NOT_ANSWERED' })
  })
})
