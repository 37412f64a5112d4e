import { setTimeout as sleep } from 'node:timers/promises'
import { GraphQLClient } from 'graphql-request'
import { createClient as createWebSocketClient } from 'graphql-ws'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'

type Data = any

/** An application: GraphQL over HTTP with graphql-request, over WebSocket with graphql-ws. */
export function createClient(url: string, key: string) {
  const http = new GraphQLClient(`${url}/graphql`, {
    headers: { authorization: `Bearer ${key}` },
  })

  async function query(document: string, variables: Record<string, unknown> = {}): Promise<Data> {
    return http.request<Data>(document, variables)
  }

  return {
    query,

    /** The top-level errors of a query that is expected to fail. */
    async errors(document: string, variables: Record<string, unknown> = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query: document, variables }),
      })
      const { errors = [] } = (await response.json()) as { errors?: Data[] }
      return errors
    },

    /** Asks again and again until `found` finds something in the answer; answers what it found. */
    async waitFor<T>(document: string, found: (data: Data) => T | undefined | null | false) {
      for (const giveUpAt = Date.now() + 10_000; ; await sleep(20)) {
        const data = await query(document)
        const value = found(data)
        if (value) return value
        if (Date.now() > giveUpAt) throw new Error(`Not seen in 10 s: ${JSON.stringify(data)}`)
      }
    },

    /** Listens over a WebSocket of its own until the test ends or `stop` is called. */
    async subscribe(document: string, variables: Record<string, unknown> = {}, at = url) {
      const received: Data[] = []
      const waiting = new Set<() => void>()
      let failure: unknown
      let connected: () => void = () => undefined
      const connecting = new Promise<void>((resolve) => {
        connected = resolve
      })
      const wake = () => {
        for (const check of waiting) check()
      }
      const socket = createWebSocketClient({
        url: `${at.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: { authorization: `Bearer ${key}` },
        retryAttempts: 0,
        on: { connected: () => connected() },
      })
      const stop = socket.subscribe(
        { query: document, variables },
        {
          next: ({ data, errors }) => {
            if (errors) failure = errors
            else received.push(data)
            wake()
          },
          error: (error) => {
            failure = error
            connected()
            wake()
          },
          complete: () => undefined,
        },
      )
      onTestFinished(async () => {
        stop()
        await socket.dispose()
      })
      await connecting
      // The subscription takes its place in the log when its message has arrived; nothing tells of that.
      await sleep(50)

      return {
        received,
        stop,
        get failure() {
          return failure as Data
        },
        /** The first event, past or future, that `matches`. */
        waitFor<T>(matches: (data: Data) => T | undefined | null | false, withinMs = 10_000) {
          return new Promise<Data>((resolve, reject) => {
            const timer = setTimeout(() => {
              waiting.delete(check)
              reject(
                new Error(
                  `Not received in ${withinMs} ms: ${JSON.stringify({ received, failure })}`,
                ),
              )
            }, withinMs)
            const check = () => {
              const event = received.find(matches)
              if (!event) return
              clearTimeout(timer)
              waiting.delete(check)
              resolve(event)
            }
            waiting.add(check)
            check()
          })
        },
      }
    },
  }
}
