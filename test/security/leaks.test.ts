import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { discoverNumbersJob } from '../../src/extensions/jobs.ts'
import { minutes } from '../../src/lib/clock.ts'
import { dumpDatabase, tracesOf } from '../support/dump.ts'
import { ava, operatorKey, startGateway } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { captureLogs } from '../support/logs.ts'
import { uploaded } from '../support/media.ts'
import { createBrowser } from '../support/person.ts'
import { send, stranger, waitForStatus } from '../support/texts.ts'
import { sharedTime } from '../support/time.ts'
import { type Exchange, secretsOf } from './overheard.ts'

// Nothing of this is anywhere else: whoever finds it has found what people wrote.
const words = (what: string) => `${what}-${randomUUID()}`

it('F6: no token, key, code, text or number is found in logs, job payloads, errors, metrics or, in clear, in the database', async () => {
  const heard: Exchange[] = []
  const logs = captureLogs()
  const time = sharedTime({ simulator: { observe: (exchange) => void heard.push(exchange) } })
  const gateway = await startGateway({ ...time, app: { ...time.app, logger: logs.logger } })
  const { simulator, url, db } = gateway
  const texts = {
    out: words('out'),
    in: words('in'),
    refused: words('refused'),
    doubtful: words('doubtful'),
    unkept: words('unkept'),
    pictured: words('pictured'),
  }

  // Somebody connects, having come to the page and to RingCentral with a mistake first.
  simulator.addCall({
    ...{ from: stranger, to: ava.number, recorded: true, talkMs: 3_000 },
    startedAt: Date.now() - 60_000,
  })
  const acme = await gateway.createTenant()
  const { result: link } = await acme.query(
    'mutation { result: createConnectToken { ... on ConnectToken { connectUrl } } }',
  )
  const browser = createBrowser()
  const { location } = await browser.begin(link.connectUrl)
  const callback = await browser.consent(location, ava.extensionId, 'allow')
  simulator.planFault({ kind: 'status', status: 500, path: '/restapi/oauth/token', count: 1 })
  expect((await browser.open(callback)).status).toBe(502)
  await acme.connect(ava)

  // Texts that go well, and that do not: RingCentral says no in its own words, which repeat ours.
  const text = (words: string, more: object = {}) =>
    send(acme, { from: ava.number, to: [stranger], text: words, ...more })
  await waitForStatus(acme, (await text(texts.out)).id, 'DELIVERED')
  const picture = { attachments: [await uploaded(acme)] }
  await waitForStatus(acme, (await text(texts.pictured, picture)).id, 'DELIVERED')
  const sms = { path: '**/sms', count: 1 }
  const no = (words: string) => ({
    errors: [{ errorCode: 'MSG-246', message: `${words} to ${stranger}` }],
  })
  simulator.planFault({ ...sms, kind: 'status', status: 400, body: no(texts.refused) })
  await waitForStatus(acme, (await text(texts.refused)).id, 'SENDING_FAILED')
  simulator.planFault({ ...sms, kind: 'status', status: 502, body: no(texts.doubtful) })
  await waitForStatus(acme, (await text(texts.doubtful)).id, 'UNCONFIRMED', 'SENDING_FAILED')
  simulator.inbound({ from: stranger, to: ava.number, text: texts.in })
  await acme.waitFor('{ messages { nodes { text } } }', ({ messages: { nodes } }) =>
    nodes.some((message: { text: string }) => message.text === texts.in),
  )
  const recording: string = await acme.waitFor(
    '{ callLogs { nodes { recordings { url } } } }',
    ({ callLogs }) => callLogs.nodes.flatMap((call: any) => call.recordings)[0]?.url,
  )
  expect((await fetch(recording.replace(/.$/, '%'))).status).toBe(403)

  // A token is refreshed, after RingCentral's answer was lost once.
  const jobs = await createJobRunner(gateway)
  const { id: extensionRowId } = await db.extension.findFirstOrThrow()
  await time.pass(minutes(61))
  simulator.planFault({ kind: 'reset', path: '/restapi/oauth/token', count: 1 })
  await jobs.run(discoverNumbersJob, { extensionRowId })

  // The database refuses what it is given, with all of it in its words.
  await db.$executeRawUnsafe(
    `ALTER TABLE "Message" ADD CONSTRAINT "kept" CHECK ("text" <> '${texts.unkept}')`,
  )
  const unkept = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${acme.secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      query: `mutation { sendSms(input: { from: "${ava.number}", to: ["${stranger}"], text: "${texts.unkept}" }) { __typename } }`,
    }),
  })
  const refusal = await unkept.text()
  expect(JSON.parse(refusal).errors[0].extensions.code).toBe('INTERNAL_SERVER_ERROR')

  // Strangers with half a key, and a forged notification.
  const guess = `${acme.secret.slice(0, -1)}${acme.secret.endsWith('A') ? 'B' : 'A'}`
  await fetch(`${url}/graphql?key=${acme.secret}`, {
    headers: { authorization: `Bearer ${guess}` },
  })
  const { id: webhookId } = await db.webhookSubscription.findFirstOrThrow()
  const forged = { uuid: '1', subscriptionId: '1', body: { subject: texts.in, from: stranger } }
  await fetch(`${url}/v1/rc/webhook/${webhookId}`, {
    method: 'POST',
    headers: { 'verification-token': guess, 'content-type': 'application/json' },
    body: JSON.stringify(forged),
  })

  const secrets = [
    ...[operatorKey, acme.secret, guess, simulator.clientSecret],
    ...[link.connectUrl, location, callback, recording].flatMap(secretsInUrl),
    ...secretsOf(heard),
  ]
  // Grants, a code, verifiers, the webhook's token, states and signatures.
  expect(new Set(secrets).size).toBeGreaterThan(14)
  const personal = [...Object.values(texts), stranger, ava.number, stranger.slice(1)]
  const queued = await db.$queryRaw<
    { row: string }[]
  >`SELECT job::text AS row FROM pgboss.job AS job`
  const places = {
    logs: logs.text(),
    metrics: await (await fetch(`${url}/metrics`)).text(),
    jobs: queued.map(({ row }) => row).join('\n'),
    errors: refusal,
  }
  expect(places.logs).toContain('A request failed')
  expect(places.logs).toContain('Sending a message is in doubt')
  for (const [place, content] of Object.entries(places)) {
    const found = [...secrets, ...personal].filter((mark) => content.includes(mark))
    expect(found, place).toEqual([])
  }
  const dump = await dumpDatabase(gateway)
  expect(dump).toContain(texts.out)
  // The state of an attempt is its id, good for the browser alone that holds the cookie.
  const state = new URL(location).searchParams.get('state')
  const inClear = secrets.filter(
    (secret) => secret !== state && tracesOf(secret).some((trace) => dump.includes(trace)),
  )
  expect(inClear).toEqual([])
})

/** What of an address must not be read by anybody: long and random values of its parameters. */
function secretsInUrl(url: string): string[] {
  return [...new URL(url).searchParams]
    .filter(([name]) => /^(token|state|code|signature|code_challenge)$/.test(name))
    .map(([, value]) => value)
}
