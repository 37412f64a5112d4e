import { setTimeout as sleep } from 'node:timers/promises'
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { print } from 'graphql'
import { GraphQLClient } from 'graphql-request'
import { createClient as createWebSocketClient } from 'graphql-ws'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'

type Data = any
type Variables = Record<string, unknown>
/** Text, whose answer may have any shape, or a typed document of `npm run codegen`. */
type Document<Answer, Given> = string | TypedDocumentNode<Answer, Given>

/** An application: GraphQL over HTTP with graphql-request, over WebSocket with graphql-ws. */
export function createClient(url: string, key: string) {
  const http = new GraphQLClient(`${url}/graphql`, {
    headers: { authorization: `Bearer ${key}` },
  })

  async function query<Answer = Data, Given extends Variables = Variables>(
    document: Document<Answer, Given>,
    ...[variables]: Record<string, never> extends Given ? [variables?: Given] : [variables: Given]
  ): Promise<Answer> {
    return http.request<Answer>(textOf(document), variables)
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
    async waitFor<T, Answer = Data>(
      document: Document<Answer, Record<string, never>>,
      found: (data: Answer) => T | undefined | null | false,
    ) {
      for (const giveUpAt = Date.now() + 30_000; ; await sleep(20)) {
        const data = await http.request<Answer>(textOf(document))
        const value = found(data)
        if (value) return value
        if (Date.now() > giveUpAt) throw new Error(`Not seen in 30 s: ${JSON.stringify(data)}`)
      }
    },

    /** Listens over a WebSocket of its own until the test ends or `stop` is called. */
    async subscribe<Answer = Data, Given extends Variables = Variables>(
      document: Document<Answer, Given>,
      variables?: Given,
      at = url,
    ) {
      const received: Answer[] = []
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
      const stop = socket.subscribe<Answer>(
        { query: textOf(document), variables },
        {
          next: ({ data, errors }) => {
            if (errors) failure = errors
            else if (data) received.push(data)
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
        waitFor(matches: (data: Answer) => unknown, withinMs = 30_000) {
          return new Promise<Answer>((resolve, reject) => {
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

function textOf(document: Document<unknown, never>): string {
  return typeof document === 'string' ? document : print(document)
}
