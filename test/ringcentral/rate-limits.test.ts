import { expect, test } from 'vitest'
import { RingCentralRateLimitedError } from '../../src/ringcentral/errors.ts'
import {
  parseRateLimit,
  parseRetryAfter,
  penaltyMs,
  type ResponseReport,
} from '../../src/ringcentral/rate-limits.ts'
import { clientOf, failureFrom, startRingCentral } from './servers.ts'

test('groups are read in any case, and unknown ones kept', () => {
  const group = (name: string) => parseRateLimit(new Headers({ 'X-Rate-Limit-Group': name })).group
  expect(group('light')).toBe('Light')
  expect(group('HEAVY')).toBe('Heavy')
  expect(group('sms-burst')).toBe('Sms-burst')
  expect(parseRateLimit(new Headers())).toEqual({})
})

test.each([
  ['7', 7_000],
  ['0', 0],
  ['Wed, 21 Oct 2026 07:28:30 GMT', 30_000],
  ['Wed, 21 Oct 2026 07:27:00 GMT', 0],
  ['soon', undefined],
])('Retry-After %j is %s ms', (value, expected) => {
  const headers = { 'retry-after': value, date: 'Wed, 21 Oct 2026 07:28:00 GMT' }
  expect(parseRetryAfter(new Headers(headers))).toBe(expected)
})

test('without Retry-After a closed group is waited out for its penalty, another 429 for less', () => {
  expect(penaltyMs(new Headers(), 'CMN-301')).toBe(60_000)
  expect(penaltyMs(new Headers({ 'x-rate-limit-group': 'light' }), undefined)).toBe(60_000)
  expect(penaltyMs(new Headers(), 'CMN-304')).toBe(30_000)
  expect(penaltyMs(new Headers({ 'retry-after': '5' }), 'CMN-301')).toBe(5_000)
})

test('every answer is reported, to the client’s hooks and to those of the token', async () => {
  await using server = await startRingCentral(({ method }) => ({
    status: method === 'POST' ? 429 : 200,
    headers: {
      'X-Rate-Limit-Group': method === 'POST' ? 'medium' : 'light',
      'X-Rate-Limit-Limit': '40',
      'X-Rate-Limit-Remaining': '0',
      'X-Rate-Limit-Window': '60',
      RCRequestId: 'abc-1',
      ...(method === 'POST' ? { 'Retry-After': '13' } : {}),
    },
    body: { id: 1 },
  }))
  const ofClient: ResponseReport[] = []
  const ofToken: ResponseReport[] = []
  const client = clientOf(server.serverUrl, { onResponse: (report) => ofClient.push(report) })
  const api = client.api('t', { onResponse: (report) => ofToken.push(report) })

  await api.account.getAccount()
  const error = await failureFrom(api.messages.sendSms({ from: '+1', to: ['+2'], text: 'x' }))

  expect(error).toBeInstanceOf(RingCentralRateLimitedError)
  expect(error).toMatchObject({ retryAfterMs: 13_000, group: 'Medium' })
  const shared = { limit: 40, remaining: 0, windowSeconds: 60, requestId: 'abc-1' }
  expect(ofClient).toMatchObject([
    { ...shared, operation: 'account.getAccount', group: 'Light', status: 200 },
    {
      ...shared,
      operation: 'messages.sendSms',
      group: 'Medium',
      status: 429,
      retryAfterMs: 13_000,
    },
  ])
  expect(ofClient[0]?.retryAfterMs).toBeUndefined()
  expect(ofToken).toEqual(ofClient)
})

test('a gate before each request can hold it back, page by page, and its refusal comes out unchanged', async () => {
  await using server = await startRingCentral(({ url }) => ({
    body: {
      records: [],
      navigation: url.includes('page=2')
        ? {}
        : { nextPage: { uri: 'https://x.example/next?page=2' } },
    },
  }))
  const passed: string[] = []
  const closed = new Error('closed')
  const api = clientOf(server.serverUrl).api('t', {
    async beforeRequest({ operation, group }) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      if (operation === 'messages.sendSms') throw closed
      passed.push(group)
    },
  })
  await api.callLog.listExtensionCalls({ dateFrom: new Date(0) })
  expect(passed).toEqual(['Heavy', 'Heavy'])
  expect(await failureFrom(api.messages.sendSms({ from: '+1', to: [], text: '' }))).toBe(closed)
  expect(server.seen).toHaveLength(2)
})
