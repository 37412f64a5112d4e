import { writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Where around a text's request to RingCentral a process dies or freezes, and how long after. */
export type Trap = {
  at: 'before' | 'during' | 'after'
  signal: 'SIGKILL' | 'SIGSTOP'
  delayMs: number
}

/** The last words of a process: which lane it was in. */
export type LastWords = { trap: Trap; from: string; text: string }

/** A `fetch` that can be told to end its process around the next text that is sent. */
export function createTrappedFetch() {
  let trap: Trap | undefined

  const strike = async (set: Trap, init: RequestInit) => {
    await sleep(set.delayMs)
    const { from, text } = JSON.parse(String(init.body))
    const words: LastWords = { trap: set, from: from.phoneNumber, text }
    // At once, past all buffers: there is no later.
    writeSync(1, `${JSON.stringify(words)}\n`)
    process.kill(process.pid, set.signal)
  }

  const trappedFetch: typeof fetch = async (url, init) => {
    if (!trap || init?.method !== 'POST' || !String(url).endsWith('/sms')) return fetch(url, init)
    const set = trap
    trap = undefined
    if (set.at === 'before') await strike(set, init)
    const request = fetch(url, init)
    if (set.at === 'during') void strike(set, init)
    const response = await request
    if (set.at === 'after') {
      const body = await response.text()
      if (set.delayMs === 0) await strike(set, init)
      else void strike(set, init)
      return new Response(body, response)
    }
    return response
  }

  return {
    fetch: trappedFetch,
    set(next: Trap) {
      trap = next
    },
  }
}
