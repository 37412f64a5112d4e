import { expect, it } from 'vitest'
import { iterate } from '../../src/events/sink.ts'

const done = { value: undefined, done: true }
const expired = new Error('What comes next is no longer kept.')

it('a failure is told once, to whoever asks for what comes next', async () => {
  const iterator = iterate((sink) => {
    sink.end(expired)
    return { end() {} }
  })
  await expect(iterator.next()).rejects.toBe(expired)
  expect(await iterator.next()).toEqual(done)
})

it('who has gone is told of no failure any more', async () => {
  const iterator = iterate((sink) => {
    sink.end(expired)
    return { end() {} }
  })
  expect(await iterator.return?.()).toEqual(done)
  expect(await iterator.next()).toEqual(done)
})
