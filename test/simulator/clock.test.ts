import { expect, onTestFinished, test } from 'vitest'
import { createClock } from '../../simulator/clock.ts'

function heldClock() {
  const clock = createClock({ startAt: 0 })
  clock.hold()
  onTestFinished(() => clock.close())
  return clock
}

test('timers run in the order of their time, each at its own', async () => {
  const clock = heldClock()
  const ran: [string, number][] = []
  clock.setTimer(20, () => ran.push(['second', clock.now()]))
  clock.setTimer(10, () => ran.push(['first', clock.now()]))
  clock.setTimer(20, () => ran.push(['third', clock.now()]))
  clock.setTimer(5, () => ran.push(['never', clock.now()]))()
  await clock.advance(15)
  expect(ran).toEqual([['first', 10]])
  await clock.advance(1000)
  expect(ran.slice(1)).toEqual([
    ['second', 20],
    ['third', 20],
  ])
  expect(clock.now()).toBe(1015)
})

test('what a timer sets after some awaiting still runs on the way', async () => {
  const clock = heldClock()
  const startedAt = clock.now()
  let woken = 0
  const sleepTwice = async () => {
    await clock.sleep(10)
    await clock.sleep(10)
    woken = clock.now()
  }
  void sleepTwice()
  await clock.advance(100)
  expect(woken - startedAt).toBe(20)
})

test('time is not advanced past an exchange that is about to end', async () => {
  const clock = heldClock()
  let timedOut = false
  const exchange = new Promise((resolve) => setTimeout(resolve, 20))
  const cancel = clock.setNetworkTimer(3000, () => {
    timedOut = true
  })
  clock.attend(exchange.then(cancel))
  await clock.advance(3_600_000)
  expect(timedOut).toBe(false)
})

test('a fast clock goes fast, and still gives the network its real time', async () => {
  const clock = createClock({ startAt: 0 })
  onTestFinished(() => clock.close())
  clock.speed(1000)
  let timedOut = false
  clock.setNetworkTimer(3000, () => {
    timedOut = true
  })
  await clock.sleep(10_000)
  expect(clock.now()).toBeGreaterThanOrEqual(10_000)
  expect(timedOut).toBe(false)
})
