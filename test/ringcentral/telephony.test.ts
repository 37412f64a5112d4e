import { expect, test } from 'vitest'
import { telephonySessions } from '../../src/ringcentral/event-filters.ts'
import { failureFrom } from './servers.ts'
import { ava, ben, cleo, customer, listening, simulated } from './simulated.ts'

async function talking() {
  const world = await simulated()
  const { address, notifications } = await listening()
  const eventFilters = [telephonySessions()]
  await world.api.subscriptions.create({ address, eventFilters, verificationToken: 'v' })
  const plan = { from: customer, to: ava.phoneNumber, talkMs: 60_000, recorded: true }
  const [call] = world.simulator.addCall({ ...plan, queueCall: true })
  await world.clock.advance(3000)
  if (!call) throw new Error('nobody is called')
  return { ...world, call, party: [call.telephonySessionId, call.partyId] as const, notifications }
}

test('a session is read while it goes on, and undefined afterwards', async () => {
  const { api, call, clock } = await talking()
  expect(await api.telephony.getSession(call.telephonySessionId)).toMatchObject({
    telephonySessionId: call.telephonySessionId,
    origin: { type: 'Call' },
    parties: [
      {
        id: call.partyId,
        extensionId: ava.id,
        direction: 'Inbound',
        from: { phoneNumber: customer },
        status: { code: 'Answered' },
        muted: false,
        queueCall: true,
        recordings: [{ active: true }],
      },
    ],
  })
  await clock.advance(100_000)
  expect(await api.telephony.getSession(call.telephonySessionId)).toBeUndefined()
})

test('a call is held, muted and hung up, and the notifications tell it in order', async () => {
  const { api, call, party, simulator, notifications } = await talking()
  expect(await api.telephony.hold(...party)).toMatchObject({ status: { code: 'Hold' } })
  expect(await api.telephony.unhold(...party)).toMatchObject({ status: { code: 'Answered' } })
  expect(await api.telephony.mute(...party)).toMatchObject({ muted: true })
  expect(await api.telephony.unmute(...party)).toMatchObject({ muted: false })
  await api.telephony.dropSession(call.telephonySessionId)
  await api.telephony.dropSession(call.telephonySessionId)
  await simulator.settled()

  const told = notifications.flatMap((one) => (one.kind === 'telephony-session' ? one.body : []))
  expect(told.map(({ sequence, parties }) => [sequence, parties[0]?.status?.code])).toEqual([
    [1, 'Setup'],
    [2, 'Proceeding'],
    [3, 'Answered'],
    [4, 'Hold'],
    [5, 'Answered'],
    [6, 'Answered'],
    [7, 'Answered'],
    [8, 'Disconnected'],
  ])
  expect(told.map(({ parties }) => parties[0]?.muted).slice(4, 7)).toEqual([false, true, false])
  expect(told[7]).toMatchObject({
    telephonySessionId: call.telephonySessionId,
    origin: { type: 'Call' },
    parties: [{ missedCall: false, queueCall: true, from: { phoneNumber: customer } }],
  })
  expect(told[2]?.parties[0]?.recordings).toMatchObject([{ active: true }])
})

test('a call goes on with a colleague, in a mailbox, or outside', async () => {
  const { api, party, clock, connect, simulator } = await talking()
  const left = await api.telephony.transfer(...party, { extensionNumber: ben.extensionNumber })
  expect(left).toMatchObject({ status: { code: 'Disconnected', reason: 'BlindTransfer' } })
  await clock.advance(3000)
  const theirs = await connect(ben)
  const session = await theirs.telephony.getSession(party[0])
  const next = session?.parties[0]?.id ?? ''
  await theirs.telephony.transfer(party[0], next, { voicemail: cleo.id })
  await clock.advance(20_000)
  const { messages } = await (await connect(cleo)).messages.listMessages({
    dateFrom: new Date(0),
    messageTypes: ['VoiceMail'],
  })
  expect(messages).toMatchObject([{ type: 'VoiceMail', from: { phoneNumber: customer } }])

  const [again] = simulator.addCall({ from: customer, to: ava.phoneNumber })
  await clock.advance(3000)
  const ours = [again?.telephonySessionId ?? '', again?.partyId ?? ''] as const
  await api.telephony.transfer(...ours, { phoneNumber: '+13125550144' })
  expect(await api.telephony.getSession(ours[0])).toBeUndefined()
})

test('a call that is over, or only rings, is refused', async () => {
  const { api, party, clock, simulator } = await talking()
  const [ringing] = simulator.addCall({ from: customer, to: ava.phoneNumber })
  const early = [ringing?.telephonySessionId ?? '', ringing?.partyId ?? ''] as const
  expect(await failureFrom(api.telephony.hold(...early))).toMatchObject({ code: 'TAS-106' })
  await clock.advance(100_000)
  expect(await failureFrom(api.telephony.mute(...party))).toMatchObject({
    name: 'RingCentralRefusedError',
    status: 404,
  })
})

test('what was done and not answered is in doubt, what was only read is not there', async () => {
  const { api, party, simulator } = await talking()
  simulator.planFault({ kind: 'accept-then-reset', path: '**/sessions/**', count: 2 })
  const write = await failureFrom(api.telephony.hold(...party))
  expect(write).toHaveProperty('name', 'RingCentralInDoubtError')
  const read = await failureFrom(api.telephony.getSession(party[0]))
  expect(read).toHaveProperty('name', 'RingCentralUnavailableError')
})
