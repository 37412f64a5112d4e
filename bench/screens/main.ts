/** Many screens in a process of their own, so that what they cost is not taken for the server's. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { answer } from '../ipc.ts'
import { percentile } from '../report.ts'
import { openScreen, type Screen } from './screen.ts'

export type OpenScreens = {
  url: string
  authorization?: string | undefined
  count: number
  query: string
  /** One for each screen, if they are not all the same. */
  variables?: object[] | undefined
}

export type Progress = {
  messages: number
  bytes: number
  /** What the screen with the fewest has. */
  least: number
  /** Why screens were lost. */
  lost: string[]
}

/** How long messages took; `last`: to the last of the screens. */
export type Latencies = { p50: number; p99: number; lastP50: number; lastP99: number }

/** A server hears out only so many at once on who they are. */
const openAtOnce = 40

const now = () => performance.timeOrigin + performance.now()

const screens: Screen[] = []
let lost: string[] = []
let messages = 0
let bytes = 0
let ofScreen = new Uint32Array()
/** When each screen's messages came, while somebody wants to know. */
let cameAt: Float64Array[] = []
/** What stands before the number of a text, if texts may come in another order than they were sent in. */
let numbered: string | undefined
let waiting: { upTo: number; resolve(): void } | undefined
/** Which screens have seen a text with some words, while that is looked for. */
let looking: { words: string; seen: Set<number> } | undefined

function came(screen: number, content: Buffer) {
  if (looking && content.includes(looking.words)) looking.seen.add(screen)
  const before = ofScreen[screen] ?? 0
  const place = numbered === undefined ? before : numberIn(content, numbered)
  const times = cameAt[screen]
  if (times && place < times.length) times[place] = now()
  ofScreen[screen] = before + 1
  messages += 1
  bytes += content.length
  if (waiting && messages >= waiting.upTo) waiting.resolve()
}

function numberIn(content: Buffer, sign: string): number {
  const at = content.indexOf(sign) + sign.length
  return Number(content.toString('latin1', at, at + 6))
}

answer({
  async open({ url, authorization, count, query, variables }: OpenScreens) {
    ofScreen = new Uint32Array(count)
    cameAt = []
    lost = []
    const at = new URL(url)
    let next = 0
    const opening = async () => {
      while (next < count) {
        const screen = next
        next += 1
        const payload = { query, ...(variables && { variables: variables[screen] }) }
        screens.push(
          await openScreen(
            at,
            { authorization, subscriptionId: randomUUID(), payload },
            { next: (content) => came(screen, content), lost: (reason) => void lost.push(reason) },
          ),
        )
      }
    }
    await Promise.all(Array.from({ length: openAtOnce }, opening))
  },

  /** Counts from zero; notes when each of so many messages a screen comes. Their number follows a sign, or is their place. */
  watch({ most, sign }: { most: number; sign?: string }) {
    numbered = sign
    messages = 0
    bytes = 0
    ofScreen.fill(0)
    cameAt = Array.from({ length: ofScreen.length }, () => new Float64Array(most))
  },

  look(words: string) {
    looking = { words, seen: new Set() }
  },

  /** How many have seen it: once all have, or once there was time. */
  async seen(withinMs: number) {
    const giveUpAt = performance.now() + withinMs
    const seen = looking?.seen ?? new Set()
    while (seen.size < ofScreen.length && performance.now() < giveUpAt) await sleep(20)
    if (seen.size === ofScreen.length) looking = undefined
    return seen.size
  },

  progress: (): Progress => ({
    messages,
    bytes,
    least: ofScreen.reduce((least, one) => Math.min(least, one), Number.MAX_SAFE_INTEGER),
    lost: lost.slice(0, 3),
  }),

  /** Answers once so many messages have come to all screens together, or nothing has come for a while. */
  async arrived({ upTo, patienceMs }: { upTo: number; patienceMs: number }) {
    for (let before = -1; messages < upTo && messages > before; ) {
      before = messages
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting = { upTo, resolve }
      await Promise.race([promise, sleep(patienceMs, undefined, { ref: false })])
      waiting = undefined
    }
    return messages
  },

  /** How long each took from when it was there for all. */
  latencies(thereAt: number[]): Latencies {
    const each: number[] = []
    const last: number[] = []
    for (const [event, there] of thereAt.entries()) {
      const took = cameAt.map((times) => (times[event] ?? 0) - there)
      each.push(...took)
      last.push(Math.max(...took))
    }
    return {
      p50: percentile(each, 50),
      p99: percentile(each, 99),
      lastP50: percentile(last, 50),
      lastP99: percentile(last, 99),
    }
  },

  /** The same for messages that each come to one screen only. */
  ownLatencies(thereAt: number[]): Latencies {
    const took = thereAt.map((there, screen) => (cameAt[screen]?.[0] ?? 0) - there)
    const [p50, p99] = [percentile(took, 50), percentile(took, 99)]
    return { p50, p99, lastP50: p50, lastP99: p99 }
  },

  close() {
    for (const screen of screens.splice(0)) screen.end()
  },
})

// Nobody else keeps it here before its first screen is open.
setInterval(() => undefined, 1_000_000)
console.log('the screens are there')
