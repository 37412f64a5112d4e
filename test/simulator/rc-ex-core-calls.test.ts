import RingCentral from '@rc-ex/core'
import { expect, test } from 'vitest'
import { ava, ben, consent, redirectUri, simulate } from './harness.ts'

/** The typed client of RingCentral's GitHub organisation, in a call. */
async function connectClient() {
  const simulator = await simulate({ limits: false })
  const { url: server, clientId, clientSecret } = simulator
  const rc = new RingCentral({ server, clientId, clientSecret })
  const { location } = await consent(simulator, { extensionId: ava })
  const code = location?.searchParams.get('code') ?? ''
  await rc.authorize({ code, redirect_uri: redirectUri })
  return { simulator, account: rc.restapi().account() }
}

const numbers = { from: '+13105550177', to: '+12025550101' }

test('it holds, mutes, transfers and drops', async () => {
  const { simulator, account } = await connectClient()
  const [call] = simulator.addCall({ ...numbers, talkMs: 60_000 })
  await simulator.clock.advance(3000)
  const session = account.telephony().sessions(call?.telephonySessionId)
  const party = session.parties(call?.partyId)
  expect((await party.hold().post({ proto: 'Auto' })).status?.code).toBe('Hold')
  expect((await party.unhold().post()).status?.code).toBe('Answered')
  expect((await party.patch({ party: { muted: true } })).muted).toBe(true)
  const left = await party.transfer().post({ extensionNumber: '102' })
  expect(left.status?.reason).toBe('BlindTransfer')
  expect((await session.get()).parties).toMatchObject([{ extensionId: ben }])
  await session.delete()
  await expect(session.get()).rejects.toThrow('CMN-102')
})

test('it reads recordings, the log’s changes, and faxes, and changes its own details', async () => {
  const { simulator, account } = await connectClient()
  const me = account.extension()
  const [call] = simulator.addCall({ ...numbers, talkMs: 2000, recorded: true })
  await simulator.clock.advance(60_000)
  const recording = account.recording(call?.recordingId)
  expect((await recording.get()).duration).toBe(2)
  const bytes = Buffer.from(await recording.content().get())
  expect([bytes.length, bytes.subarray(0, 4).toString()]).toEqual([16_044, 'RIFF'])
  const query = { syncType: 'FSync', recordCount: 1, view: 'Detailed' } as const
  const log = await me.callLogSync().get(query as never)
  expect(log.records?.[0]).toMatchObject({ recording: { id: call?.recordingId }, legs: [{}] })

  simulator.sendFax({ ...numbers, pages: 2 })
  const { records } = await me.messageStore().list({ messageType: ['Fax'] })
  expect(records?.[0]?.faxPageCount).toBe(2)
  const changed = await me.put({ contact: { department: 'Workshop' } })
  expect(changed.contact?.department).toBe('Workshop')
})
