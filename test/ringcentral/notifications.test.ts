import { expect, test } from 'vitest'
import {
  instantSms,
  parseEnvelope,
  parseNotification,
} from '../../src/ringcentral/notifications.ts'

const extension = '/restapi/v1.0/account/809646016/extension/62264425016'
const posted = (event: string, body: unknown) => ({
  uuid: '4571d67c-0a01-4b9f-8a50-5a1d1ea6a1c7',
  event,
  timestamp: '2026-03-11T14:26:13.000Z',
  subscriptionId: 'a8b5c2f6-5f3d-4e0a-9d1c-2f6c5d1f0b11',
  ownerId: '62264425016',
  body,
})

test('an instant message comes with its envelope and its whole message', () => {
  const notification = parseNotification(
    posted(`${extension}/message-store/instant?type=SMS`, {
      id: '3062991514017',
      to: [{ phoneNumber: '+15550100', target: true }],
      from: { phoneNumber: '+15550101', phoneNumberInfo: { countryCode: '1' } },
      type: 'SMS',
      creationTime: '2026-03-11T14:26:12.345+0000',
      attachments: [{ id: '3062991514017', type: 'Text', contentType: 'text/plain' }],
      direction: 'Inbound',
      subject: 'Hello',
      messageStatus: 'Received',
      conversation: { id: '8031152018338945839' },
      owner: { extensionId: '62264425016' },
    }),
  )
  expect(notification).toMatchObject({
    kind: 'instant-message',
    accountId: '809646016',
    extensionId: '62264425016',
    timestamp: new Date('2026-03-11T14:26:13Z'),
    body: {
      id: '3062991514017',
      direction: 'Inbound',
      status: 'received',
      text: 'Hello',
      from: { phoneNumber: '+15550101' },
      to: [{ phoneNumber: '+15550100', target: true }],
      creationTime: new Date('2026-03-11T14:26:12.345Z'),
      conversationId: '8031152018338945839',
      ownerExtensionId: '62264425016',
    },
  })
})

test.each([
  [
    `${extension}/message-store?type=SMS`,
    { extensionId: 62264425016, changes: [{ type: 'SMS', newCount: 0, updatedCount: 1 }] },
    {
      kind: 'mailbox-change',
      body: { extensionId: '62264425016', changes: [{ updatedCount: 1 }] },
    },
  ],
  [
    `${extension}/telephony/sessions`,
    {
      telephonySessionId: 's-1',
      sequence: 3,
      parties: [{ id: 'p-1', status: { code: 'Answered' } }],
    },
    {
      kind: 'telephony-session',
      body: { sequence: 3, parties: [{ status: { code: 'Answered' } }] },
    },
  ],
  [
    '/restapi/v1.0/account/809646016/telephony/sessions?statusCode=Answered',
    { telephonySessionId: 's-1', parties: [] },
    { kind: 'telephony-session', extensionId: undefined },
  ],
  [
    `${extension}/presence?detailedTelephonyState=true`,
    { extensionId: '62264425016', telephonyStatus: 'Ringing' },
    { kind: 'presence', body: { telephonyStatus: 'Ringing' } },
  ],
  [
    extension,
    { extensionId: '62264425016', eventType: 'Update', hints: ['CompanyNumbers'] },
    { kind: 'extension-change', body: [{ extensionId: '62264425016', hints: ['CompanyNumbers'] }] },
  ],
  [
    '/restapi/v1.0/account/809646016/extension',
    { extensions: [{ extensionId: '1', eventType: 'Create' }, { extensionId: '2' }] },
    { kind: 'extension-change', body: [{ eventType: 'Create' }, { extensionId: '2' }] },
  ],
  [
    '/restapi/v1.0/subscription/a8b5c2f6?threshold=259200&interval=43200',
    { expiresIn: 259000 },
    { kind: 'subscription-reminder', body: { expiresIn: 259000 } },
  ],
  [`${extension}/voicemail`, { id: 1 }, { kind: 'unknown', body: { id: 1 } }],
  [
    `${extension}/message-store/instant?type=SMS`,
    { odd: true },
    { kind: 'unknown', body: { odd: true } },
  ],
])('%s', (event, body, expected) => {
  expect(parseNotification(posted(event, body))).toMatchObject(expected)
})

test.each([undefined, null, '', 'hello', 7, [], {}, { uuid: 'x' }, { ...posted('', {}) }])(
  '%j is no notification',
  (json) => {
    expect(parseNotification(json)).toBeUndefined()
  },
)

test('filters leave account and extension to the token', () => {
  expect(instantSms()).toBe('/restapi/v1.0/account/~/extension/~/message-store/instant?type=SMS')
})

test('the door takes for a notification what is read as one later, and reads the same in it', () => {
  const usual = posted(`${extension}/message-store`, {})
  const odd = [
    undefined,
    null,
    '',
    'x',
    7,
    7.5,
    2 ** 60,
    true,
    [],
    {},
    '2026-03-11T14:26:12.345+0000',
  ]
  const posts: unknown[] = [...odd, [usual], { ...usual, more: 1 }]
  for (const name of ['uuid', 'event', 'timestamp', 'subscriptionId', 'ownerId', 'body']) {
    for (const value of odd) posts.push({ ...usual, [name]: value })
  }
  for (const post of posts) {
    const { uuid, subscriptionId, ownerId } = parseNotification(post) ?? {}
    const read = uuid === undefined ? undefined : { uuid, subscriptionId, ownerId }
    expect(parseEnvelope(post), JSON.stringify(post)).toEqual(read)
  }
})
