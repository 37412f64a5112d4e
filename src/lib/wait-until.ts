import { setTimeout as sleep } from 'node:timers/promises'

const lookEveryMs = 50

/** Looks again and again until it is so, at least once. @returns whether it became so in time */
export async function waitUntil(isSo: () => Promise<boolean>, atMostMs: number): Promise<boolean> {
  for (const giveUpAt = Date.now() + atMostMs; ; await sleep(lookEveryMs)) {
    if (await isSo()) return true
    if (Date.now() > giveUpAt) return false
  }
}
