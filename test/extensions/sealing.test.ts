import { describe, expect, it } from 'vitest'
import { discoverNumbersJob } from '../../src/extensions/jobs.ts'
import { minutes } from '../../src/lib/clock.ts'
import { dumpDatabase, tracesOf } from '../support/dump.ts'
import { ava, ben, startGateway } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { captureLogs } from '../support/logs.ts'
import { send, smsRequests, stranger } from '../support/texts.ts'
import { sharedTime } from '../support/time.ts'

/** Remembers every secret that goes between us and RingCentral. */
function eavesdrop() {
  const secrets = new Set<string>()
  const listening: typeof fetch = async (url, init) => {
    const request = new URLSearchParams(
      typeof init?.body === 'string' ? init.body : String(init?.body ?? ''),
    )
    for (const name of ['code', 'code_verifier', 'refresh_token', 'token']) {
      const value = request.get(name)
      if (value) secrets.add(value)
    }
    const response = await fetch(url, init)
    if (!String(url).endsWith('/restapi/oauth/token') || !response.ok) return response
    const answer = (await response.json()) as { access_token: string; refresh_token: string }
    secrets.add(answer.access_token).add(answer.refresh_token)
    return Response.json(answer)
  }
  return { secrets, fetch: listening }
}

describe('what opens a phone line', () => {
  it('F1: is in no row and no log line in clear, from connecting to disconnecting', async () => {
    const wire = eavesdrop()
    const logs = captureLogs()
    const time = sharedTime({ app: { fetch: wire.fetch, logger: logs.logger } })
    const gateway = await startGateway(time)
    const jobs = await createJobRunner(gateway)
    const acme = await gateway.createTenant()
    const { id } = await acme.connect(ava)
    const dumps = [await dumpDatabase(gateway)]
    await time.pass(minutes(56))
    gateway.simulator.planFault({
      kind: 'accept-then-reset',
      path: '/restapi/oauth/token',
      count: 1,
    })
    await jobs.run(discoverNumbersJob, { extensionRowId: id })
    await jobs.idle()
    dumps.push(await dumpDatabase(gateway))
    gateway.simulator.planFault({ kind: 'status', status: 503, path: '/restapi/oauth/revoke' })
    await acme.query('mutation { disconnect { __typename } }')
    await jobs.idle()
    dumps.push(await dumpDatabase(gateway))

    // A code, its verifier, and two pairs of tokens, one of them sent in again to be revoked.
    expect(wire.secrets.size).toBe(6)
    const webhookSecrets = gateway.simulator.subscriptions().map((one) => one.verificationToken)
    for (const secret of [...wire.secrets, ...webhookSecrets, gateway.simulator.clientSecret]) {
      if (!secret) continue
      for (const trace of tracesOf(secret)) {
        for (const dump of dumps) expect(dump.includes(trace)).toBe(false)
        expect(logs.text().includes(trace)).toBe(false)
      }
    }
    expect(logs.text()).toContain('Refreshing a grant failed')
  })

  it('F2: moved to another row or tenant it opens no more, and the extension has to be connected again', async () => {
    const logs = captureLogs()
    const gateway = await startGateway({ app: { logger: logs.logger } })
    const jobs = await createJobRunner(gateway)
    const acme = await gateway.createTenant()
    const other = await gateway.createTenant({ name: 'Other' })
    const victim = await acme.connect(ava)
    const [neighbour, thief] = [await acme.connect(ben), await other.connect(ben)]
    await jobs.idle()
    const { accessTokenSealed, refreshTokenSealed } = await gateway.db.grant.findUniqueOrThrow({
      where: { extensionRowId: victim.id },
    })
    for (const { id: extensionRowId } of [neighbour, thief]) {
      await gateway.db.grant.update({
        where: { extensionRowId },
        data: { accessTokenSealed, refreshTokenSealed },
      })
      const from = gateway.simulator.ledger().length
      expect(await jobs.run(discoverNumbersJob, { extensionRowId })).toBe('completed')
      expect(gateway.simulator.ledger().length).toBe(from)
      const extension = await gateway.db.extension.findUniqueOrThrow({
        where: { id: extensionRowId },
        include: { grant: true },
      })
      expect(extension).toMatchObject({ status: 'REVOKED', grant: null })
      expect(extension.statusReason).toContain('altered in the database')
    }
    // A text for the neighbour's number waits for its user, and goes out in nobody else's name.
    await send(acme, { from: ben.number, to: [stranger], text: 'not as Ava' })
    await jobs.idle()
    expect(smsRequests(gateway.simulator)).toEqual([])
    expect(logs.text()).toContain('does not open')
    // Nor does a token open as the other one of the same row.
    await gateway.db.grant.update({
      where: { extensionRowId: victim.id },
      data: { accessTokenSealed: refreshTokenSealed },
    })
    expect(await jobs.run(discoverNumbersJob, { extensionRowId: victim.id })).toBe('completed')
    expect(await gateway.db.grant.count()).toBe(0)

    // A broken grant can still be got rid of, and connected anew.
    const { result } = await other.query('mutation { result: disconnect { __typename } }')
    expect(result.__typename).toBe('Disconnected')
    expect((await acme.connect(ava)).status).toBe('ACTIVE')
    expect(await jobs.run(discoverNumbersJob, { extensionRowId: victim.id })).toBe('completed')
  })
})
