import { describe, expect, it } from 'vitest'
import type { NewEvent } from '../../src/events/event.ts'
import { createEventLog } from '../../src/events/event-log.ts'
import { startGateway } from '../support/gateway.ts'

const hints = { publish: () => undefined, listen: () => () => undefined, close: async () => {} }

async function startLog() {
  const gateway = await startGateway()
  const { id: tenantId } = await gateway.createTenant()
  const event = (subjectId: string, text = ''): NewEvent => ({
    type: 'message.received',
    tenantId,
    subjectId,
    snapshot: { text },
  })
  const eventLog = createEventLog({ db: gateway.db, hints })
  const written = async () => {
    const events = await gateway.db.event.findMany({ orderBy: { sequence: 'asc' } })
    return events.map(({ sequence, subjectId }) => [Number(sequence), subjectId])
  }
  return { eventLog, event, written }
}

describe('a tenant’s counter', () => {
  it('is taken last, so a long transaction holds up nobody, and the log’s order is that of commits', async () => {
    const { eventLog, event, written } = await startLog()
    let finish: () => void = () => undefined
    const working = new Promise<void>((resolve) => {
      finish = resolve
    })
    let begun: () => void = () => undefined
    const started = new Promise<void>((resolve) => {
      begun = resolve
    })
    const long = eventLog.transaction(async (_tx, record) => {
      record(event('long'))
      begun()
      await working
    })
    await started
    await eventLog.transaction(async (_tx, record) => record(event('short')))
    expect(await written()).toEqual([[1, 'short']])
    finish()
    await long
    expect(await written()).toEqual([
      [1, 'short'],
      [2, 'long'],
    ])
  })

  it('is given back with what is rolled back: no gap', async () => {
    const { eventLog, event, written } = await startLog()
    await eventLog.transaction(async (_tx, record) => record(event('first')))
    const unstorable = eventLog.transaction(async (_tx, record) => record(event('bad', '\u0000')))
    await expect(unstorable).rejects.toThrow()
    const failed = eventLog.transaction(async (_tx, record) => {
      record(event('failed'))
      throw new Error('Not this time')
    })
    await expect(failed).rejects.toThrow('Not this time')
    await eventLog.transaction(async (_tx, record) => {
      record(event('second'))
      record(event('third'))
    })
    expect(await written()).toEqual([
      [1, 'first'],
      [2, 'second'],
      [3, 'third'],
    ])
  })
})
