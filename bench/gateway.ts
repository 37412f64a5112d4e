import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { allScopes } from '../src/tenants/scopes.ts'

/** The gateway that `npm start` starts, spoken to as its users do. */
export type Gateway = ReturnType<typeof gatewayAt>

export async function openGateway(dataDir: string): Promise<Gateway & { number: string }> {
  const demo = JSON.parse(await readFile(join(dataDir, 'demo.json'), 'utf8'))
  return { ...demo, ...gatewayAt(demo) }
}

export type TenantGateway = Gateway & { tenantId: string; apiKey: string }

/** A tenant of its own, with a key that may do everything. */
export async function createTenant(operator: Gateway): Promise<TenantGateway> {
  const { createTenant: tenant } = await operator.ask(
    'mutation { createTenant(input: { name: "Bench" }) { ... on Tenant { id } } }',
  )
  const { createApiKey: key } = await operator.ask(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { ... on IssuedApiKey { secret } } }',
    { input: { tenantId: tenant.id, name: 'bench', scopes: allScopes } },
  )
  return {
    ...gatewayAt({ ...operator, apiKey: key.secret }),
    tenantId: tenant.id as string,
  }
}

/** With the key of somebody who uses it. */
export function gatewayAt(demo: { url: string; apiKey: string; simulatorUrl: string }) {
  async function request(query: string, variables: object) {
    const response = await fetch(`${demo.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${demo.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    })
    const { data, errors } = (await response.json()) as { data?: unknown; errors?: unknown }
    if (errors) throw new Error(JSON.stringify(errors))
    return { data, timing: response.headers.get('server-timing') ?? '' }
  }

  // biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of the query beside it
  async function ask(query: string, variables: object = {}): Promise<any> {
    return (await request(query, variables)).data
  }

  /** What the same costs at the server, in milliseconds: from the request's head to the answer's. */
  async function serverTime(query: string, variables: object = {}): Promise<number> {
    const { timing } = await request(query, variables)
    const [, duration] = /^total;dur=([\d.]+)$/.exec(timing) ?? []
    if (!duration) throw new Error(`The gateway does not tell its time: '${timing}'`)
    return Number(duration)
  }

  return {
    ...demo,
    ask,
    serverTime,

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
