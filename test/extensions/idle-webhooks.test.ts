import { describe, expect, it } from 'vitest'
import { checkWebhooksJob } from '../../src/extensions/jobs.ts'
import { hours } from '../../src/lib/clock.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { asked, tokenCalls } from '../support/ledger.ts'
import { sharedTime } from '../support/time.ts'

const subscriptions = '/restapi/v1.0/subscription'

/** The extensions that somebody is to look after, as the queue knows them. */
async function toBeLookedAfter({ db }: Gateway): Promise<string[]> {
  const jobs = await db.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT data->>'extensionRowId' AS id FROM pgboss.job
    WHERE name = 'ensure-webhook' AND created_on > now() - interval '1 minute'`
  return jobs.map(({ id }) => id).sort()
}

describe('webhooks of extensions that nobody uses', () => {
  it('are looked after in turn, the longest unseen first, as fast as half the token budget carries', async () => {
    // Two calls a minute: five idle extensions in the five minutes between two checks.
    const time = sharedTime({ app: { tokenCallsPerMinute: 2 } })
    const gateway = await startGateway(time)
    const jobs = await createJobRunner(gateway)
    const acme = await gateway.createTenant()
    const aMinutePasses = () => gateway.db.budget.deleteMany()
    const all: string[] = []
    for (let n = 0; n < 7; n += 1) {
      const phoneNumber = `+1650555010${n}`
      const person = { firstName: 'Person', lastName: String(n), phoneNumbers: [phoneNumber] }
      const { id: extensionId } = gateway.simulator.addExtension(person)
      await aMinutePasses()
      all.push((await acme.connect({ extensionId, number: phoneNumber })).id)
    }
    await jobs.idle()
    // What the new connections have put off (the company's directory) would ask for a token later on.
    await gateway.db.$executeRaw`DELETE FROM pgboss.job WHERE state = 'created'`
    const forget = () =>
      gateway.db.$executeRaw`DELETE FROM pgboss.job WHERE name = 'ensure-webhook'`
    const looks = () => asked(gateway, subscriptions, 'GET').length
    /** Minute after minute, until all that was to be done is done. */
    const work = async () => {
      for (let waiting = 1; waiting > 0; ) {
        await aMinutePasses()
        await gateway.db.$executeRaw`
          UPDATE pgboss.job SET start_after = now()
          WHERE name = 'ensure-webhook' AND state = 'created'`
        await jobs.idle()
        const [left] = await gateway.db.$queryRaw<{ count: number }[]>`
          SELECT count(*)::int FROM pgboss.job WHERE name = 'ensure-webhook' AND state = 'created'`
        waiting = left?.count ?? 0
      }
    }

    await time.pass(hours(2))
    await forget()
    const before = { looks: looks(), tokens: tokenCalls(gateway).length }
    await jobs.run(checkWebhooksJob, {})
    expect(await toBeLookedAfter(gateway)).toEqual(all.slice(0, 5).sort())
    await work()
    expect(looks() - before.looks).toBe(5)
    expect(tokenCalls(gateway).length - before.tokens).toBe(5)

    // The five have a token now, and are looked after without paying for another.
    await forget()
    await jobs.run(checkWebhooksJob, {})
    expect(await toBeLookedAfter(gateway)).toEqual([...all].sort())
    await work()
    expect(looks() - before.looks).toBe(12)
    expect(tokenCalls(gateway).length - before.tokens).toBe(7)

    // When all are idle again, those come first that were seen first.
    await time.pass(hours(2))
    await forget()
    await jobs.run(checkWebhooksJob, {})
    const seen = await gateway.db.grant.findMany({ orderBy: { refreshedAt: 'asc' }, take: 5 })
    const longest = seen.map(({ extensionRowId }) => extensionRowId)
    expect(new Set(longest)).toEqual(new Set(all.slice(0, 5)))
    expect(await toBeLookedAfter(gateway)).toEqual(longest.sort())
  })
})
