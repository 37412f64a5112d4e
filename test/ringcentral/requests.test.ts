/** What goes over the wire, and how RingCentral's own way of writing things becomes ours. */
import { expect, test } from 'vitest'
import { SyncTokenExpiredError } from '../../src/ringcentral/errors.ts'
import { canSendSms } from '../../src/ringcentral/phone-numbers.ts'
import { clientOf, failureFrom, type Reply, startRingCentral } from './servers.ts'

async function against<T>(
  reply: Reply | ((url: URL) => Reply),
  use: (api: ReturnType<ReturnType<typeof clientOf>['api']>) => Promise<T>,
) {
  await using server = await startRingCentral(({ url }) =>
    typeof reply === 'function' ? reply(new URL(url, 'http://x')) : reply,
  )
  const result = await use(clientOf(server.serverUrl).api('access-1'))
  return { result, seen: server.seen }
}

// As RingCentral writes it: 64 bits, more than a JavaScript number holds.
const sent = `{"uri":"https://platform.ringcentral.com/x","id":1724746700016,"to":[{"phoneNumber":"+15550101"}],
  "from":{"phoneNumber":"+15550100"},"type":"SMS","creationTime":"2026-03-11T14:26:12.000Z","direction":"Outbound",
  "messageStatus":"Queued","subject":"Hi","conversationId":8031152018338945839,"someday":{"new":true}}`

test('a text is sent as JSON, and its conversation keeps all its digits', async () => {
  const { result, seen } = await against({ body: sent }, (api) =>
    api.messages.sendSms({ from: '+15550100', to: ['+15550101', '+15550102'], text: 'Hi' }),
  )
  expect(result).toEqual({
    id: '1724746700016',
    status: 'queued',
    creationTime: new Date('2026-03-11T14:26:12Z'),
    conversationId: '8031152018338945839',
  })
  expect(seen[0]).toMatchObject({
    method: 'POST',
    url: '/restapi/v1.0/account/~/extension/~/sms',
    headers: {
      authorization: 'Bearer access-1',
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^RingQL\/\d+\.\d+/),
    },
  })
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
    from: { phoneNumber: '+15550100' },
    to: [{ phoneNumber: '+15550101' }, { phoneNumber: '+15550102' }],
    text: 'Hi',
  })
})

test('conversation.id is preferred to conversationId', async () => {
  const body = sent.replace('"someday"', '"conversation":{"id":"42"},"someday"')
  const { result } = await against({ body }, (api) =>
    api.messages.sendSms({ from: '+1', to: ['+2'], text: 'Hi' }),
  )
  expect(result.conversationId).toBe('42')
})

test('an accepted text is accepted, however little RingCentral says about it', async () => {
  const { result } = await against({ body: { id: 7, messageStatus: 'Pondering' } }, (api) =>
    api.messages.sendSms({ from: '+1', to: ['+2'], text: 'Hi' }),
  )
  expect(result).toMatchObject({ id: '7', status: 'queued', conversationId: undefined })
})

test('a mailbox is listed from a given time on, and tells whether there is more', async () => {
  const dateFrom = new Date('2026-03-11T14:25:00Z')
  const { result, seen } = await against(
    { body: `{"records":[${sent}],"navigation":{"nextPage":{"uri":"https://p/x?page=2"}}}` },
    (api) =>
      api.messages.listMessages({
        dateFrom,
        direction: 'Outbound',
        phoneNumber: '+15550101',
        page: 1,
      }),
  )
  expect(result).toMatchObject({
    hasNextPage: true,
    messages: [{ id: '1724746700016', text: 'Hi', direction: 'Outbound', status: 'queued' }],
  })
  expect(Object.fromEntries(new URL(seen[0]?.url ?? '', 'http://x').searchParams)).toEqual({
    messageType: 'SMS',
    dateFrom: '2026-03-11T14:25:00.000Z',
    direction: 'Outbound',
    phoneNumber: '+15550101',
    page: '1',
  })
})

test('a sync separates messages from those that are gone', async () => {
  const body = `{"records":[${sent},{"id":9,"availability":"Purged"}],"syncInfo":{"syncToken":"t2","syncTime":"2026-03-11T14:26:12Z"}}`
  const { result, seen } = await against({ body }, (api) =>
    api.messages.syncMessages({ type: 'incremental', syncToken: 't1' }),
  )
  expect(result).toMatchObject({
    messages: [{ id: '1724746700016' }],
    goneIds: ['9'],
    syncToken: 't2',
    olderRecordsExist: false,
  })
  expect(seen[0]?.url).toMatch(/message-sync\?syncType=ISync&syncToken=t1$/)
})

test.each(['CMN-101', 'MSG-333', 'MSG-411'])(
  '%s to a sync token asks for a full sync',
  async (code) => {
    const reply = { status: 400, body: { errors: [{ errorCode: code }] } }
    await against(reply, async (api) => {
      const again = api.messages.syncMessages({ type: 'incremental', syncToken: 'dead' })
      expect(await failureFrom(again)).toBeInstanceOf(SyncTokenExpiredError)
      const full = api.messages.syncMessages({ type: 'full', dateFrom: new Date() })
      expect(await failureFrom(full)).not.toBeInstanceOf(SyncTokenExpiredError)
    })
  },
)

test('pages are followed on the server we talk to, whatever host RingCentral names', async () => {
  const next =
    'https://platform.ringcentral.com/restapi/v1.0/account/1/extension/2/phone-number?page=2'
  const { result, seen } = await against(
    (url) =>
      url.searchParams.get('page') === '2'
        ? { body: { records: [{ id: 2, phoneNumber: '+15550102', status: 'Normal' }], paging: {} } }
        : {
            body: {
              records: [
                { id: 1, phoneNumber: '+15550101', status: 'Normal', features: ['SmsSender'] },
                { id: 3, phoneNumber: '+15550103', status: 'Pending', features: ['SmsSender'] },
              ],
              navigation: { nextPage: { uri: next } },
            },
          },
    (api) => api.phoneNumbers.list(),
  )
  expect(result.map((number) => [number.phoneNumber, canSendSms(number)])).toEqual([
    ['+15550101', true],
    ['+15550103', false],
    ['+15550102', false],
  ])
  expect(seen.map(({ url }) => url)).toEqual([
    '/restapi/v1.0/account/~/extension/~/phone-number?perPage=1000',
    '/restapi/v1.0/account/1/extension/2/phone-number?page=2',
  ])
  expect(seen[1]?.headers.authorization).toBe('Bearer access-1')
})

test('a next page that cannot be read is an error, not an end', async () => {
  const body = { records: [], navigation: { nextPage: { uri: 'http://' } } }
  await against({ body }, async (api) => {
    const error = await failureFrom(api.phoneNumbers.list())
    expect(error).toMatchObject({
      name: 'RingCentralUnavailableError',
      reason: 'UNEXPECTED_ANSWER at navigation.nextPage.uri',
    })
  })
})

test('the call log says when its page cap left calls out', async () => {
  const record = {
    id: 'Q1',
    sessionId: '1',
    startTime: '2026-03-11T14:26:12.000Z',
    duration: 31,
    type: 'Voice',
    direction: 'Inbound',
    action: 'Phone Call',
    result: 'Call connected',
    extension: { id: 123 },
    from: { phoneNumber: '+15550101', extensionId: 5, device: { id: 'x' } },
    recording: { id: '77' },
  }
  const { result, seen } = await against(
    {
      body: {
        records: [record],
        navigation: { nextPage: { uri: 'https://p/restapi/next?page=9' } },
      },
    },
    (api) =>
      api.callLog.listAccountCalls({
        dateFrom: new Date('2026-03-01T00:00:00Z'),
        phoneNumber: '+15550101',
        maxPages: 2,
      }),
  )
  expect(result.complete).toBe(false)
  expect(result.calls).toHaveLength(2)
  expect(result.calls[0]).toMatchObject({
    id: 'Q1',
    startTime: new Date('2026-03-11T14:26:12Z'),
    durationSeconds: 31,
    result: 'Call connected',
    extensionId: '123',
    from: { phoneNumber: '+15550101', extensionId: '5' },
    recording: { id: '77' },
  })
  const first = new URL(seen[0]?.url ?? '', 'http://x')
  expect(first.pathname).toBe('/restapi/v1.0/account/~/call-log')
  expect(Object.fromEntries(first.searchParams)).toEqual({
    dateFrom: '2026-03-01T00:00:00.000Z',
    phoneNumber: '15550101',
    perPage: '250',
  })
  expect(seen[1]?.url).toBe('/restapi/next?page=9')
})

const subscription = {
  id: 'sub-1',
  uri: 'x',
  status: 'Active',
  eventFilters: ['/a'],
  expirationTime: '2026-03-18T00:00:00.000Z',
  creationTime: '2026-03-11T00:00:00.000Z',
  deliveryMode: { transportType: 'WebHook', address: 'https://gw/x' },
  disabledFilters: [{ filter: '/b', reason: 'Permission', message: 'no' }],
}

test('a subscription is created with its token and tells which filters it will not serve', async () => {
  const { result, seen } = await against({ body: subscription }, (api) =>
    api.subscriptions.create({
      address: 'https://gw/x',
      eventFilters: ['/a', '/b'],
      verificationToken: 'v',
      expiresInSeconds: 3600,
    }),
  )
  expect(result).toMatchObject({
    id: 'sub-1',
    status: 'Active',
    expiresAt: new Date('2026-03-18T00:00:00Z'),
    eventFilters: ['/a'],
    disabledFilters: [{ filter: '/b', reason: 'Permission' }],
  })
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
    eventFilters: ['/a', '/b'],
    deliveryMode: { transportType: 'WebHook', address: 'https://gw/x', verificationToken: 'v' },
    expiresIn: 3600,
  })
})

test('renewing posts nothing, and removing what is gone already is no error', async () => {
  const { seen } = await against({ body: subscription }, (api) => api.subscriptions.renew('sub-1'))
  expect(seen[0]).toMatchObject({
    method: 'POST',
    url: '/restapi/v1.0/subscription/sub-1/renew',
    body: '',
  })
  expect(seen[0]?.headers['content-type']).toBeUndefined()

  await against({ status: 204 }, (api) => api.subscriptions.remove('sub-1'))
  const gone = { status: 404, body: { errors: [{ errorCode: 'CMN-102' }] } }
  await against(gone, (api) => api.subscriptions.remove('sub-1'))
})

test.each(['', '.', '..', 'a/b', 'a?b'])(
  '%j is no id: nothing is asked of RingCentral',
  async (id) => {
    const { seen } = await against({ body: {} }, async (api) => {
      await expect(api.messages.getMessage(id)).rejects.toThrow(TypeError)
      await expect(api.subscriptions.remove(id)).rejects.toThrow(TypeError)
    })
    expect(seen).toHaveLength(0)
  },
)

test('an extension tells who it is and whether it is an admin', async () => {
  const body = {
    id: 62264425016,
    extensionNumber: '101',
    name: 'Ada L',
    type: 'SomethingNew',
    account: { id: 809646016 },
    contact: { email: 'ada@example.com', firstName: 'Ada' },
    permissions: { admin: { enabled: true } },
  }
  const { result, seen } = await against({ body }, (api) => api.account.getExtension())
  expect(result).toMatchObject({
    id: '62264425016',
    accountId: '809646016',
    extensionNumber: '101',
    email: 'ada@example.com',
    isAdmin: true,
  })
  expect(seen[0]?.url).toBe('/restapi/v1.0/account/~/extension/~')
  const bare = await against({ body: { id: '7', contact: null } }, (api) =>
    api.account.getExtension('7'),
  )
  expect(bare.result).toMatchObject({ id: '7', isAdmin: false, email: undefined })
})
