import { expect, test } from 'vitest'
import { ben, call, cleo, connect, login, simulate } from './harness.ts'

const account = '/restapi/v1.0/account/~'

async function record() {
  const simulator = await simulate({ limits: false })
  const plan = { from: '+12025550101', to: '+12125550102', talkMs: 3000, recorded: true }
  const [made] = simulator.addCall(plan)
  await simulator.clock.advance(60_000)
  return { simulator, path: `${account}/recording/${made?.recordingId}` }
}

test('a recorded call says so in the log, and has bytes', async () => {
  const { simulator } = await record()
  const api = await connect(simulator)
  const { records } = (await api('GET', 'call-log?recordingType=All&view=Detailed')).body
  expect(records).toHaveLength(1)
  const { recording, legs } = records[0]
  expect(recording).toMatchObject({ type: 'Automatic' })
  expect(legs[0].recording).toEqual(recording)
  expect((await api('GET', 'call-log?recordingType=OnDemand')).body.records).toEqual([])

  const facts = (await api('GET', new URL(recording.uri).pathname)).body
  expect(facts).toMatchObject({ id: recording.id, contentType: 'audio/wav', duration: 3 })
  const content = await api('GET', new URL(facts.contentUri).pathname)
  expect(content.headers.get('content-length')).toBe('24044')
})

test('a recording is read in pieces, also with the token in its address', async () => {
  const { simulator, path } = await record()
  const token = (await login(simulator)).body.access_token
  const url = `${simulator.url}${path}/content?access_token=${token}`
  const piece = await call(url, { headers: { range: 'bytes=0-3' } })
  expect([piece.status, piece.text]).toEqual([206, 'RIFF'])
  expect(piece.headers.get('content-range')).toBe('bytes 0-3/24044')
  expect((await call(url, { headers: { range: 'bytes=99999-' } })).status).toBe(416)
})

test('it is for those who took part, and for administrators', async () => {
  const { simulator, path } = await record()
  const theirs = await connect(simulator, ben)
  expect((await theirs('GET', `${path}/content`)).status).toBe(200)
  const others = await connect(simulator, cleo)
  expect((await others('GET', `${path}/content`)).status).toBe(403)
  expect((await others('GET', `${account}/recording/1/content`)).status).toBe(404)
})

test('nobody records a call that was not answered', async () => {
  const simulator = await simulate({ limits: false })
  const numbers = { from: '+13105550177', to: '+12025550101' }
  simulator.addCall({ ...numbers, outcome: 'missed', recorded: true })
  await simulator.clock.advance(60_000)
  const api = await connect(simulator)
  expect((await api('GET', 'call-log')).body.records[0]).not.toHaveProperty('recording')
})
