import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createHints } from '../../src/events/hint-carrier.ts'

test('a carrier that takes its time is asked for one thing at a time, and last for the highest place', async () => {
  const sent: string[] = []
  let underWay = 0
  let most = 0
  const slow = {
    async send(payload: string) {
      underWay += 1
      most = Math.max(most, underWay)
      await sleep(25)
      underWay -= 1
      sent.push(payload)
    },
    close: async () => undefined,
  }
  const hints = await createHints(
    async () => slow,
    (error) => {
      throw error
    },
  )
  for (let sequence = 1n; sequence <= 12n; sequence += 1n) {
    hints.publish({ tenantId: 'ten_1', sequence })
    await sleep(8)
  }
  await hints.close()
  expect(most).toBe(1)
  expect(sent.length).toBeLessThan(12)
  expect(sent.at(-1)).toBe('[["ten_1","12"]]')
})
