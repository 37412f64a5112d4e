import { networkOf } from '../http/client-address.ts'
import type { Viewer } from './context.ts'

export type StreamLimits = {
  /** WebSockets and SSE streams open at once with one key, on this instance. */
  perKey: number
  /** The same from one address, or one IPv6 network, which a proxy in front shares with all who come through it. */
  perAddress: number
  /** Operations that go on at once on one WebSocket. */
  perSocket: number
}

export const defaultStreamLimits: StreamLimits = { perKey: 5_000, perAddress: 5_000, perSocket: 20 }

export type StreamCount = ReturnType<typeof createStreamCount>

/** Counts who stays on the line, so that one key, or one address, cannot take every place that there is. */
export function createStreamCount(limits: StreamLimits) {
  const open = new Map<string, number>()

  return {
    limits,

    /** Takes a place, to be given back once; undefined when there is none. */
    enter(viewer: Viewer, address: string | undefined): (() => void) | undefined {
      const places = [
        { name: `address ${networkOf(address)}`, most: limits.perAddress },
        viewer.kind === 'tenant' && { name: `key ${viewer.apiKeyId}`, most: limits.perKey },
      ].filter((place) => place !== false)
      if (places.some(({ name, most }) => (open.get(name) ?? 0) >= most)) return undefined
      for (const { name } of places) open.set(name, (open.get(name) ?? 0) + 1)
      return () => {
        for (const { name } of places.splice(0)) {
          const left = (open.get(name) ?? 1) - 1
          if (left === 0) open.delete(name)
          else open.set(name, left)
        }
      }
    },
  }
}
