/** Subscribes with nothing but fetch, as a browser would: GraphQL over SSE, distinct connections. */
export async function openStream(
  url: string,
  key: string,
  body: { query: string; variables?: Record<string, unknown> },
  accept = 'text/event-stream',
) {
  const abort = new AbortController()
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', accept },
    body: JSON.stringify(body),
    signal: abort.signal,
  })
  const events: { event: string; data: any }[] = []
  let over = false
  const reading = (async () => {
    let text = ''
    try {
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk).toString()
        const parts = text.split('\n\n')
        text = parts.pop() ?? ''
        for (const part of parts) {
          const event = /^event: (.*)$/m.exec(part)?.[1]
          const data = /^data: (.*)$/m.exec(part)?.[1]
          if (event) events.push({ event, data: data ? JSON.parse(data) : undefined })
        }
      }
    } catch {
      // Aborted.
    }
    over = true
  })()
  return {
    response,
    events,
    get over() {
      return over
    },
    async abort() {
      abort.abort()
      await reading
    },
  }
}
