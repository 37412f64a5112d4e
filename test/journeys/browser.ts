import { createClient } from 'graphql-ws'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'

type Event = { cursor: string; [field: string]: any }

/**
 * A page with a socket, as a browser keeps it: when the socket is cut it opens another one, and every
 * subscription goes on after the last event that it saw.
 */
export function openBrowser(url: string, key: string) {
  let socket: WebSocket | undefined
  let mayReturn = Promise.resolve()
  let connected: () => void = () => undefined
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${key}` },
    lazy: false,
    retryAttempts: 100,
    shouldRetry: () => true,
    retryWait: () => mayReturn,
    on: {
      opened: (opened) => {
        socket = opened as WebSocket
      },
      connected: () => connected(),
    },
  })
  onTestFinished(async () => {
    await client.dispose()
  })

  return {
    /** Resolves when the socket is there and what was asked for on it has arrived. */
    connected: new Promise<void>((resolve) => {
      connected = () => setTimeout(resolve, 50)
    }),

    /** Listens from now on, or after a cursor. */
    listen(
      query: string,
      { after, ...variables }: { after?: string; [name: string]: unknown } = {},
    ) {
      const events: Event[] = []
      const failures: unknown[] = []
      const stop = client.subscribe<Record<string, Event>>(
        {
          query,
          // A getter: it is read again whenever the subscription begins again.
          variables: {
            ...variables,
            get after() {
              return events.at(-1)?.cursor ?? after
            },
          },
        },
        {
          next: ({ data, errors }) => {
            const [event] = Object.values(data ?? {})
            if (event) events.push(event)
            if (errors) failures.push(...errors)
          },
          error: (error) => failures.push(error),
          complete: () => undefined,
        },
      )
      return { events, failures, stop }
    },

    /** Cuts the socket without a word; the page comes back when `back` is called. */
    cut() {
      let back: () => void = () => undefined
      mayReturn = new Promise((resolve) => {
        back = resolve
      })
      socket?.terminate()
      return { back }
    },
  }
}
