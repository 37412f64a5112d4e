import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** The gateway that `npm start` starts, spoken to as its users do. */
export type Gateway = ReturnType<typeof gatewayAt>

export async function openGateway(dataDir: string): Promise<Gateway & { number: string }> {
  const demo = JSON.parse(await readFile(join(dataDir, 'demo.json'), 'utf8'))
  return { ...demo, ...gatewayAt(demo) }
}

/** With the key of somebody who uses it. */
export function gatewayAt(demo: { url: string; apiKey: string; simulatorUrl: string }) {
  // biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of the query beside it
  async function ask(query: string, variables: object = {}): Promise<any> {
    const response = await fetch(`${demo.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${demo.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    })
    const { data, errors } = (await response.json()) as { data?: unknown; errors?: unknown }
    if (errors) throw new Error(JSON.stringify(errors))
    return data
  }

  return {
    ...demo,
    ask,

    /** What the simulator answers on one of its control paths. */
    async simulator<T>(path: string, body?: object): Promise<T> {
      const response = await fetch(`${demo.simulatorUrl}/simulator/${path}`, {
        ...(body && {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      })
      if (!response.ok) throw new Error(await response.text())
      return response.json() as Promise<T>
    },

    /** Connects one more extension, as its user would, and waits for its number. */
    async connect(rcExtensionId: string): Promise<string> {
      const { createInviteToken } = await ask(
        'mutation { createInviteToken { ... on ConnectToken { connectUrl } } }',
      )
      const pressed = await fetch(createInviteToken.connectUrl, {
        method: 'POST',
        redirect: 'manual',
      })
      const cookie = pressed.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
      const consent = new URL(pressed.headers.get('location') ?? '')
      const allowed = await fetch(`${consent.origin}${consent.pathname}`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams([
          ...consent.searchParams,
          ['extensionId', rcExtensionId],
          ['decision', 'allow'],
        ]),
      })
      await fetch(allowed.headers.get('location') ?? '', { headers: { cookie } })
      for (;;) {
        const { extensions } = await ask(
          '{ extensions { nodes { extensionId webhook { expiresAt } phoneNumbers { phoneNumber } } } }',
        )
        const found = extensions.nodes.find(
          (extension: { extensionId: string }) => extension.extensionId === rcExtensionId,
        )
        if (found?.webhook && found.phoneNumbers[0]) return found.phoneNumbers[0].phoneNumber
        await sleep(50)
      }
    },
  }
}
