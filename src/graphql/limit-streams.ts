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

/** How much of what a key may have one of its client tokens may, and all of them: its server keeps the rest for itself. */
export const clientTokenParts = { each: 0.1, all: 0.5 } as const

/** Of one client token: a few windows, each with a few streams, whatever its key has. */
const leastPerToken = 20

/** WebSockets of one address, or one IPv6 network, that have not said yet who they are: it takes them a moment. */
const mostWaiting = 100

/** How it is told which place there was none of. */
const refusals = {
  streams: 'Too many streams',
  streamsOfClientTokens: 'Too many streams of client tokens',
  streamsPerClientToken: 'Too many streams of this client token',
} as const

export type StreamRefusal = { limit: keyof typeof refusals; message: string }

type Place = { name: string; most: number; limit: StreamRefusal['limit'] }

export type StreamCount = ReturnType<typeof createStreamCount>

/**
 * Counts who stays on the line, so that one key, or one address, cannot take every place that there is, nor one
 * browser every place of its key.
 */
export function createStreamCount(limits: StreamLimits) {
  const open = new Map<string, number>()
  const { perKey, perAddress } = limits
  const perToken = Math.max(leastPerToken, Math.floor(perKey * clientTokenParts.each))
  const ofTokens = Math.floor(perKey * clientTokenParts.all)

  function placesOf(viewer: Viewer, address: string | undefined): Place[] {
    const places: Place[] = [
      { name: `address ${networkOf(address)}`, most: perAddress, limit: 'streams' },
    ]
    if (viewer.kind === 'operator') return places
    const { apiKeyId, clientToken } = viewer
    if (clientToken) {
      places.push(
        { name: `token ${clientToken.id}`, most: perToken, limit: 'streamsPerClientToken' },
        { name: `tokens ${apiKeyId}`, most: ofTokens, limit: 'streamsOfClientTokens' },
      )
    }
    places.push({ name: `key ${apiKeyId}`, most: perKey, limit: 'streams' })
    return places
  }

  const waitingFrom = (address: string | undefined) => ({
    name: `waiting ${networkOf(address)}`,
    most: Math.min(mostWaiting, perAddress),
  })

  const isFull = ({ name, most }: Pick<Place, 'name' | 'most'>) => (open.get(name) ?? 0) >= most

  /** Gives them back once. */
  function take(places: { name: string }[]): () => void {
    for (const { name } of places) open.set(name, (open.get(name) ?? 0) + 1)
    return () => {
      for (const { name } of places.splice(0)) {
        const left = (open.get(name) ?? 1) - 1
        if (left === 0) open.delete(name)
        else open.set(name, left)
      }
    }
  }

  return {
    limits,

    /** Takes a place, to be given back once, or says of which there is none. */
    enter(viewer: Viewer, address: string | undefined): { leave: () => void } | StreamRefusal {
      const places = placesOf(viewer, address)
      const full = places.find(isFull)
      if (full) return { limit: full.limit, message: refusals[full.limit] }
      return { leave: take(places) }
    },

    /** Whether one more from there may be heard out on who it is. */
    mayWait: (address: string | undefined): boolean => !isFull(waitingFrom(address)),

    /** Counts somebody who has not said yet who they are; to be given back once. */
    wait: (address: string | undefined): (() => void) => take([waitingFrom(address)]),
  }
}
