import { describe, expect, it } from 'vitest'
import type { MessageStatus } from '../../src/db/generated/client/client.ts'
import { createEventLog } from '../../src/events/event-log.ts'
import { createId } from '../../src/lib/ids.ts'
import { moveStatus, statusFromRingCentral } from '../../src/messages/status.ts'
import { ava, startGateway } from '../support/gateway.ts'

/** Everything that can be heard of one message, in every order. */
function* orders<T>(items: T[]): Generator<T[]> {
  if (items.length === 0) yield []
  for (const [place, item] of items.entries()) {
    for (const rest of orders(items.toSpliced(place, 1))) yield [item, ...rest]
  }
}

const ranks = ['QUEUED', 'SENDING', 'UNCONFIRMED', 'SENT']
const rank = (status: MessageStatus) => {
  const place = ranks.indexOf(status)
  return place < 0 ? ranks.length : place
}

const heard = {
  sending: { to: 'SENDING' },
  lost: { to: 'UNCONFIRMED', errorCode: 'UNCONFIRMED', errorMessage: 'No trace.' },
  queued: statusFromRingCentral('queued', undefined),
  sent: statusFromRingCentral('sent', undefined),
  silent: statusFromRingCentral('delivery-failed', 'SMS-CAR-104'),
  delivered: statusFromRingCentral('delivered', undefined),
  failed: statusFromRingCentral('delivery-failed', 'SMS-CAR-411'),
} as const

describe('a message’s status', () => {
  it('never goes backwards, and ends the same in whatever order the news arrive', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    const { id: extensionRowId } = await gateway.db.extension.findFirstOrThrow()
    const hints = { publish: () => undefined, listen: () => () => undefined, close: async () => {} }
    const eventLog = createEventLog({ db: gateway.db, hints })

    const { failed: _, ...happy } = heard
    const { delivered: __, lost: ___, ...unhappy } = heard
    const stories = [...orders(Object.values(happy)), ...orders(Object.values(unhappy))]
    // All orders would be 840 messages: every 17th still has each news before and after each other.
    const told = stories.filter((_story, place) => place % 17 === 0)
    const ids = await Promise.all(
      told.map(async (story) => {
        const id = createId('Message')
        await gateway.db.message.create({
          data: {
            id,
            tenantId: acme.id,
            extensionRowId,
            direction: 'OUTBOUND',
            status: 'QUEUED',
            from: ava.number,
            to: ['+14155550123'],
            text: 'x',
          },
        })
        for (const news of story) {
          await eventLog.transaction((tx, record) => moveStatus(tx, record, id, news))
        }
        return id
      }),
    )

    const events = await gateway.db.event.findMany({
      where: { type: 'message.status' },
      orderBy: { sequence: 'asc' },
    })
    const bySubject = Map.groupBy(events, (event) => event.subjectId)
    for (const [place, id] of ids.entries()) {
      const steps = (bySubject.get(id) ?? []).map(
        ({ snapshot }) => (snapshot as { status: MessageStatus }).status,
      )
      const climbed = steps.map(rank)
      expect(climbed).toEqual([...new Set(climbed)].sort((a, b) => a - b))
      const isHappy = told[place]?.includes(heard.delivered)
      const end = await gateway.db.message.findUniqueOrThrow({ where: { id } })
      expect(end.status).toBe(isHappy ? 'DELIVERED' : 'DELIVERY_FAILED')
      expect(steps.at(-1)).toBe(end.status)
      expect(end.errorCode).toBe(isHappy ? null : 'SMS-CAR-411')
    }
  })
})
