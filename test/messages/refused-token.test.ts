import { describe, expect, it } from 'vitest'
import { ava, ben, startGateway } from '../support/gateway.ts'
import { send, smsRequests, stranger, waitForStatus } from '../support/texts.ts'

const extensions = '{ extensions { nodes { extensionId status } } }'

describe('a token that RingCentral refuses in mid-send', () => {
  it('is renewed, and the message is sent once', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    gateway.simulator.planFault({
      kind: 'status',
      path: '**/sms',
      status: 401,
      body: { errorCode: 'TokenInvalid', errors: [{ errorCode: 'OAU-128' }] },
      count: 1,
    })
    const { id } = await send(acme, { from: ava.number, to: [stranger], text: 'Once' })
    await waitForStatus(acme, id, 'DELIVERED')
    expect(smsRequests(gateway.simulator).map(({ status }) => status)).toEqual([401, 200])
    expect(gateway.simulator.outbox()).toHaveLength(1)
    const attempts = await gateway.db.messageAttempt.findMany({ orderBy: { number: 'asc' } })
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['REFUSED', 'ACCEPTED'])
    expect((await acme.query(extensions)).extensions.nodes).toMatchObject([{ status: 'ACTIVE' }])
  })

  it('again and again is nothing that a message is lost or doubted for', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    gateway.simulator.planFault({ kind: 'status', path: '**/sms', status: 401, count: 3 })
    const { id } = await send(acme, { from: ava.number, to: [stranger], text: 'Patience' })
    await waitForStatus(acme, id, 'SENT', 'DELIVERED')
    expect(gateway.simulator.outbox()).toHaveLength(1)
  })

  it('because the grant has ended leaves the message waiting for the user to come back', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    gateway.simulator.revokeGrant(ava.extensionId)
    const { id } = await send(acme, { from: ava.number, to: [stranger], text: 'Wait for me' })
    await acme.waitFor(extensions, (data) => data.extensions.nodes[0].status === 'REVOKED')
    await waitForStatus(acme, id, 'SENDING')
    expect((await send(acme, { from: ava.number, to: [stranger], text: 'Too late' })).code).toBe(
      'EXTENSION_REVOKED',
    )
    await acme.connect(ava)
    await waitForStatus(acme, id, 'SENT', 'DELIVERED')
    expect(gateway.simulator.outbox()).toHaveLength(1)
  })

  it('because the grant has ended fails the message when the tenant disconnects', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    await acme.connect(ben)
    gateway.simulator.revokeGrant(ava.extensionId)
    const { id } = await send(acme, { from: ava.number, to: [stranger], text: 'Never' })
    await acme.waitFor(extensions, (data) =>
      data.extensions.nodes.some(({ status }: { status: string }) => status === 'REVOKED'),
    )
    await waitForStatus(acme, id, 'SENDING')
    await acme.query('mutation { disconnect { __typename } }')
    expect(await waitForStatus(acme, id, 'SENDING_FAILED')).toMatchObject({
      errorCode: 'NOT_CONNECTED',
      errorMessage: expect.stringContaining('RingCentral not connected'),
    })
  })
})
