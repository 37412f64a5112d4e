import { expect, it } from 'vitest'
import { waitForLog } from '../support/calls.ts'
import { ava, ben, type Gateway, startGateway } from '../support/gateway.ts'
import { captureLogs } from '../support/logs.ts'
import { stranger } from '../support/texts.ts'
import { sharedTime } from '../support/time.ts'

async function recorded() {
  const time = sharedTime()
  const logs = captureLogs()
  const gateway = await startGateway({ ...time, app: { ...time.app, logger: logs.logger } })
  for (const to of [ava.number, ben.number]) {
    gateway.simulator.addCall({
      from: stranger,
      to,
      recorded: true,
      talkMs: 3_000,
      startedAt: Date.now() - 60_000,
    })
  }
  const acme = await gateway.createTenant()
  const other = await gateway.createTenant({ name: 'Other' })
  await acme.connect(ava)
  await other.connect(ben)
  const recordingOf = async (tenant: typeof acme, to: string) => {
    const { nodes } = await waitForLog(tenant, 1)
    const call = nodes.find((one: any) => one.recordings.length > 0 && one.to.number === to)
    return { callId: call.id as string, ...call.recordings[0] } as Recorded
  }
  const mine = await recordingOf(acme, ava.number)
  const theirs = await recordingOf(other, ben.number)
  return { ...time, gateway, acme, other, mine, theirs, logs }
}

const media = '/restapi/v1.0/account/~/recording/*/content'

/** Who has asked RingCentral for a recording. */
const listeners = ({ simulator }: Gateway) =>
  simulator
    .ledger()
    .filter(({ direction, path }) => direction === 'in' && path.includes('/recording/'))
    .map(({ extensionId }) => extensionId)

type Recorded = { callId: string; id: string; url: string; urlExpiresAt: string }

it('a recording plays from its address, whole or in part, without any token of RingCentral’s', async () => {
  const { gateway, mine, logs } = await recorded()
  const whole = await fetch(mine.url)
  expect(whole.status).toBe(200)
  expect(whole.headers.get('content-type')).toBe('audio/wav')
  const bytes = Buffer.from(await whole.arrayBuffer())
  expect(bytes.subarray(0, 4).toString()).toBe('RIFF')
  expect(whole.headers.get('content-length')).toBe(String(bytes.length))
  expect(Object.fromEntries(whole.headers)).toMatchObject({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'access-control-allow-origin': '*',
    'content-disposition': `inline; filename="recording-${mine.id}.wav"`,
  })
  expect(JSON.stringify([...whole.headers])).not.toMatch(/bearer/i)
  const part = await fetch(mine.url, { headers: { range: 'bytes=4-11' } })
  expect(part.status).toBe(206)
  expect(part.headers.get('content-range')).toBe(`bytes 4-11/${bytes.length}`)
  expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(4, 12))
  const beyond = await fetch(mine.url, { headers: { range: 'bytes=99999999-' } })
  expect(beyond.status).toBe(416)
  expect(mine.url.startsWith(gateway.url)).toBe(true)
  const left = Date.parse(mine.urlExpiresAt) - Date.now()
  expect(left).toBeLessThanOrEqual(300_000)
  expect(left).toBeGreaterThan(200_000)
  const signature = new URL(mine.url).searchParams.get('signature') ?? '-'
  expect(logs.text()).not.toContain(signature)
})

it('an address is good for this recording of this call of this tenant, for five minutes', async () => {
  const { mine, theirs, acme, other, pass } = await recorded()
  const changed = (change: (url: URL) => void) => {
    const url = new URL(mine.url)
    change(url)
    return url
  }
  const forged = [
    changed((url) => url.searchParams.delete('signature')),
    changed((url) =>
      url.searchParams.set('signature', new URL(theirs.url).searchParams.get('signature') ?? ''),
    ),
    changed((url) => url.searchParams.set('tenant', other.id)),
    changed((url) => url.searchParams.set('expires', String(Date.now() + 3_600_000))),
    changed((url) => url.searchParams.set('expires', 'NaN')),
    changed((url) => {
      url.pathname = url.pathname.replace(mine.id, theirs.id)
    }),
    changed((url) => {
      url.pathname = url.pathname.replace(mine.callId, theirs.callId)
    }),
  ]
  expect(mine.url).toContain(acme.id)
  for (const url of forged) expect((await fetch(url)).status, String(url)).toBe(403)
  await pass(290_000)
  expect((await fetch(mine.url)).status).toBe(200)
  await pass(20_000)
  expect((await fetch(mine.url)).status).toBe(403)
})

it('a suspended or disconnected tenant hears nothing', async () => {
  const { gateway, acme, mine } = await recorded()
  const operate = (what: string) =>
    gateway.operator.query(
      `mutation { ${what}Tenant(input: { tenantId: "${acme.id}" }) { __typename } }`,
    )
  await operate('suspend')
  expect((await fetch(mine.url)).status).toBe(404)
  await operate('resume')
  expect((await fetch(mine.url)).status).toBe(200)
  await acme.query('mutation { disconnect { __typename } }')
  expect((await fetch(mine.url)).status).toBe(409)
})

it('without the scope for it nothing plays and RingCentral is not asked, but by an administrator who has it', async () => {
  const { gateway, other, theirs } = await recorded()
  const bens = { tenantId: other.id, extensionId: ben.extensionId }
  const grant = (scope: string) =>
    gateway.db.extension.updateMany({ where: bens, data: { scopes: [scope] } })
  await grant('ReadCallLog')
  const refused = await fetch(theirs.url)
  expect(refused.status).toBe(403)
  expect(await refused.json()).toEqual({ error: expect.stringContaining('ReadCallRecording') })
  expect(listeners(gateway)).toEqual([])

  await other.connect(ava)
  expect((await fetch(theirs.url)).status).toBe(200)
  await grant('ReadCallRecording')
  expect((await fetch(theirs.url)).status).toBe(200)
  expect(listeners(gateway)).toEqual([ava.extensionId, ben.extensionId])
})

it('what RingCentral refuses is told with the permission that is missing, and other trouble as such', async () => {
  const { gateway, mine } = await recorded()
  const fault = { kind: 'status', path: media, method: 'GET', count: 1 } as const
  const permissionName = 'ReadCallRecording'
  for (const errorCode of ['CMN-401', 'CMN-408']) {
    const body = { errorCode, permissionName, errors: [{ errorCode, permissionName }] }
    gateway.simulator.planFault({ ...fault, status: 403, body })
    const refused = await fetch(mine.url)
    expect(refused.status).toBe(403)
    expect(await refused.json()).toEqual({
      error: 'RingCentral does not hand it out: the permission ReadCallRecording is missing',
    })
  }
  gateway.simulator.planFault({ ...fault, status: 404 })
  const gone = await fetch(mine.url)
  expect([gone.status, await gone.json()]).toEqual([
    404,
    { error: 'RingCentral does not have it any more' },
  ])
  gateway.simulator.planFault({ ...fault, status: 500 })
  expect((await fetch(mine.url)).status).toBe(502)
  expect((await fetch(mine.url)).status).toBe(200)
})
