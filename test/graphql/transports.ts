import { createClient, type ExecutionResult } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { Gateway } from '../support/gateway.ts'

export type Answer = ExecutionResult<any, any>
type Asked = { query: string; variables?: Record<string, unknown>; operationName?: string }

/** The three ways to ask, each answering what came first. */
export const transports = {
  async HTTP({ url }: Gateway, secret: string, asked: Asked): Promise<Answer> {
    const response = await post(url, secret, asked, 'application/graphql-response+json')
    return response.json() as Promise<Answer>
  },

  async SSE({ url }: Gateway, secret: string, asked: Asked): Promise<Answer> {
    const response = await post(url, secret, asked, 'text/event-stream')
    const text = await response.text()
    const [, data] = /^data: ?(\{.*\})$/m.exec(text) ?? []
    return JSON.parse(data ?? text)
  },

  async WebSocket({ url }: Gateway, secret: string, asked: Asked): Promise<Answer> {
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${secret}` },
      retryAttempts: 0,
    })
    try {
      // The socket is asked something harmless afterwards: it must have lived.
      const answer = await firstOf(client, asked)
      const alive = await firstOf(client, { query: '{ __typename }' })
      if (alive.data?.__typename !== 'Query') throw new Error(`Dead: ${JSON.stringify(alive)}`)
      return answer
    } finally {
      await client.dispose()
    }
  },
}

export type Transport = keyof typeof transports

function post(url: string, secret: string, asked: Asked, accept: string): Promise<Response> {
  return fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', accept },
    body: JSON.stringify(asked),
  })
}

function firstOf(client: ReturnType<typeof createClient>, asked: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let answered: Answer | undefined
    client.subscribe(asked, {
      next: (answer) => {
        answered ??= answer as Answer
      },
      error: (errors) =>
        Array.isArray(errors) ? resolve({ errors: errors as any }) : reject(errors),
      complete: () => (answered ? resolve(answered) : reject(new Error('No answer'))),
    })
  })
}
