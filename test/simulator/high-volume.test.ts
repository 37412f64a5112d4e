import { expect, test } from 'vitest'
import { ava, connect, receive, simulate, subscribe } from './harness.ts'

const a2p = '/restapi/v1.0/account/~/a2p-sms'
const consents = '/restapi/v2/accounts/~/sms/consents'
const sender = '+12025550150'

async function prepare() {
  const simulator = await simulate({ limits: false })
  simulator.addNumber({ phoneNumber: sender, extensionId: ava, features: ['A2PSmsSender'] })
  return { simulator, api: await connect(simulator) }
}

const to = (number: string, text?: string) => ({ to: [number], ...(text && { text }) })

test('a batch is accepted, rejects by name, and is delivered one by one', async () => {
  const { simulator, api } = await prepare()
  const created = await api('POST', `${a2p}/batches`, {
    from: sender,
    text: 'Hello',
    messages: [to('+13105550177'), to('nobody'), to('+12025554411'), to('+13105550178', 'You')],
  })
  expect(created.status).toBe(201)
  expect(created.body).toMatchObject({ batchSize: 4, status: 'Processing' })
  expect(created.body.rejected).toMatchObject([{ index: 2, errorCode: 'SMS-RC-410' }])
  await simulator.clock.advance(5000)

  const read = (await api('GET', `${a2p}/batches/${created.body.id}`)).body
  expect(read).toMatchObject({ status: 'Completed', processedCount: 4 })
  expect(read).not.toHaveProperty('rejected')
  expect((await api('GET', `${a2p}/batches?perPage=1`)).body.records).toHaveLength(1)

  const listed = (await api('GET', `${a2p}/messages?batchId=${read.id}&view=Detailed&perPage=2`))
    .body
  expect(listed.records[0]).toMatchObject({ text: 'You', messageStatus: 'Delivered' })
  const next = (
    await api('GET', `${a2p}/messages?perPage=2&pageToken=${listed.paging.nextPageToken}`)
  ).body
  expect(next.records).toHaveLength(1)
  expect((await api('GET', `${a2p}/messages/${listed.records[1].id}`)).body).toMatchObject({
    id: String(listed.records[1].id),
    errorCode: 'SMS-CAR-411',
  })
  expect((await api('GET', `${a2p}/statuses?batchId=${read.id}`)).body).toMatchObject({
    delivered: { count: 2 },
    deliveryFailed: { count: 1, errorCodeCounts: { 'SMS-CAR-411': 1 } },
  })
})

test('ordinary numbers send no batches, and high-volume ones no ordinary texts', async () => {
  const { simulator, api } = await prepare()
  const batch = { from: '+12025550101', messages: [to('+13105550177', 'Hi')] }
  expect((await api('POST', `${a2p}/batches`, batch)).body.errorCode).toBe('FeatureNotAvailable')
  const text = { from: { phoneNumber: sender }, to: [{ phoneNumber: '+13105550177' }], text: 'Hi' }
  expect((await api('POST', 'sms', text)).body.errors[0].errorCode).toBe('MSG-367')
  simulator.inbound({ from: '+13105550177', to: sender, text: 'Who is this?' })
  expect((await api('GET', 'message-store')).body.records).toEqual([])
  expect((await api('GET', `${a2p}/messages?direction=Inbound`)).body.records).toHaveLength(1)
})

test('opting out is recorded, told, searched and undone', async () => {
  const { simulator, api } = await prepare()
  const { address, notifications } = await receive()
  await subscribe(api, address, [consents, `${a2p}/opt-outs`, `${a2p}/messages?direction=Inbound`])
  simulator.inbound({ from: '+13105550177', to: sender, text: 'STOP' })
  await simulator.settled()
  expect(notifications.map(({ body }) => body.event.split('/').at(-1))).toEqual(
    expect.arrayContaining(['consents', 'opt-outs', 'messages?direction=Inbound']),
  )

  const search = async (body: object) =>
    (await api('POST', `${consents}/search`, body)).body.records.map((one: any) => [
      one.to,
      one.optStatus,
      one.source,
    ])
  expect(await search({ optStatus: 'OptOut' })).toEqual([['+13105550177', 'OptOut', 'Recipient']])
  expect(
    (await api('GET', `${a2p}/opt-outs?from=%2B${sender.slice(1)}`)).body.records,
  ).toMatchObject([{ to: '+13105550177', status: 'OptOut' }])

  const record = { from: '*', to: '+13105550177', optStatus: 'OptIn', source: 'Api' }
  const edited = await api('PATCH', consents, { records: [record, { ...record, to: 'x' }] })
  expect(edited.body.failedRecords).toMatchObject([{ to: 'x', error: { errorCode: 'CMN-101' } }])
  expect(await search({ from: [sender] })).toEqual([['+13105550177', 'OptIn', 'Api']])

  const assigned = await api('POST', `${a2p}/opt-outs/bulk-assign`, {
    from: sender,
    optOuts: ['+13105550178', 'x'],
  })
  expect(assigned.body.optOuts).toMatchObject({
    successful: ['+13105550178'],
    failed: [{ to: 'x' }],
  })
})
