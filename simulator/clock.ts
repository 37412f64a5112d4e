import { setImmediate as nextTurn, setTimeout as realTime } from 'node:timers/promises'

/**
 * The simulator's own time. Every expiry, status change and timeout goes by it, so that a test can
 * hold it still and step through an hour, and a person can watch a week pass in a minute.
 */
export interface Clock {
  /** Milliseconds since 1970, as RingCentral would tell them. */
  now(): number
  /** Runs `run` once after `delayMs` of simulated time. Returns what cancels it. */
  setTimer(delayMs: number, run: () => void): () => void
  /** As `setTimer`, for waiting on somebody's network: fast time must not make others look slow. */
  setNetworkTimer(delayMs: number, run: () => void): () => void
  /** `advance` gives such an exchange a moment of real time to end, before it moves on. */
  attend(exchange: Promise<unknown>): void
  /** Resolves after `ms` of simulated time. */
  sleep(ms: number): Promise<void>
  hold(): void
  release(): void
  /** Moves time forward and runs, in order, whatever falls due on the way. */
  advance(ms: number): Promise<void>
  /** 1 is real time, 60 makes a minute of every second. */
  speed(factor: number): void
  describe(): { now: string; held: boolean; speed: number }
  close(): void
}

interface Timer {
  at: number
  run: () => void
  cancelled: boolean
}

// setTimeout keeps its delay in 31 bits; a longer one would fire at once.
const longestDelay = 2 ** 31 - 1

// Long enough for anybody on this machine who means to answer.
const patienceMs = 500

export function createClock(options: { startAt?: number } = {}): Clock {
  const timers: Timer[] = []
  let base = options.startAt ?? Date.now()
  let baseReal = performance.now()
  let factor = 1
  let held = false
  let alarm: NodeJS.Timeout | undefined
  let advancing: Promise<void> = Promise.resolve()
  /** What is under way, and since when in real time. */
  const attended = new Map<Promise<unknown>, number>()

  const now = () => Math.floor(held ? base : base + (performance.now() - baseReal) * factor)

  const rebase = (time: number) => {
    base = time
    baseReal = performance.now()
  }

  const takeDue = (limit: number): Timer | undefined => {
    while (timers[0]?.cancelled) timers.shift()
    return timers[0] && timers[0].at <= limit ? timers.shift() : undefined
  }

  const arm = () => {
    clearTimeout(alarm)
    const first = timers[0]
    if (held || !first) return
    alarm = setTimeout(fire, Math.min(Math.max(0, (first.at - now()) / factor), longestDelay))
    alarm.unref()
  }

  const fire = () => {
    for (let timer = takeDue(now()); timer; timer = takeDue(now())) timer.run()
    arm()
  }

  const setTimer = (delayMs: number, run: () => void) => {
    const timer: Timer = { at: now() + Math.max(0, delayMs), run, cancelled: false }
    // Equal times keep their order, so insert behind them.
    let low = 0
    let high = timers.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((timers[middle] as Timer).at <= timer.at) low = middle + 1
      else high = middle
    }
    timers.splice(low, 0, timer)
    if (low === 0) arm()
    return () => {
      timer.cancelled = true
    }
  }

  /** Timers may set further ones once what they awaited is there: let them, before time goes on. */
  const settle = async () => {
    await nextTurn()
    for (;;) {
      const givenUp = performance.now() - patienceMs
      const hopeful = [...attended].filter(([, since]) => since > givenUp)
      if (hopeful.length === 0) break
      const patience = Math.max(...hopeful.map(([, since]) => since - givenUp))
      await Promise.race([...hopeful.map(([exchange]) => exchange), realTime(patience)])
    }
    await nextTurn()
  }

  const step = async (ms: number) => {
    const target = now() + ms
    const wasHeld = held
    rebase(now())
    held = true
    clearTimeout(alarm)
    await settle()
    for (let timer = takeDue(target); timer; timer = takeDue(target)) {
      base = Math.max(base, timer.at)
      timer.run()
      await settle()
    }
    rebase(target)
    held = wasHeld
    arm()
  }

  return {
    now,
    setTimer,
    setNetworkTimer: (delayMs, run) => setTimer(delayMs * Math.max(1, factor), run),
    attend(exchange) {
      const forget = () => void attended.delete(ended)
      const ended: Promise<void> = exchange.then(forget, forget)
      attended.set(ended, performance.now())
    },
    sleep: (ms) => new Promise((resolve) => setTimer(ms, resolve)),
    hold() {
      rebase(now())
      held = true
      clearTimeout(alarm)
    },
    release() {
      rebase(now())
      held = false
      arm()
    },
    advance(ms) {
      advancing = advancing.catch(() => {}).then(() => step(ms))
      return advancing
    },
    speed(next) {
      rebase(now())
      factor = next
      arm()
    },
    describe: () => ({ now: new Date(now()).toISOString(), held, speed: factor }),
    close() {
      clearTimeout(alarm)
      timers.length = 0
    },
  }
}
