import { setTimeout as sleep } from 'node:timers/promises'
import type { Extension } from '../../simulator/world/world.ts'
import { allowAtRingCentral } from '../support/person.ts'
import { operatorKey, type Rig } from './rig.ts'

export type Tenant = { id: string; secret: string; lines: Line[] }
/** An extension of a tenant, with the number that it texts from. */
export type Line = { tenantId: string; extensionId: string; extensionRowId: string; from: string }

const scopes = ['messages:read', 'messages:send', 'extensions:read', 'extensions:connect']

/** People who connect at the same time; more would only wait for each other. */
const atOnce = 4

/** Tenants with so many connected extensions each, through the front door. */
export async function createTenants(
  rig: Rig,
  { tenants, linesEach }: { tenants: number; linesEach: number },
): Promise<Tenant[]> {
  const numbers = Array.from({ length: tenants }, (_, n) => n + 1)
  return Promise.all(numbers.map((n) => createTenant(rig, n, linesEach)))
}

async function createTenant(rig: Rig, number: number, linesEach: number): Promise<Tenant> {
  const { result: tenant } = await ask(
    rig,
    operatorKey,
    'mutation ($name: String!) { result: createTenant(input: { name: $name }) { ... on Tenant { id } } }',
    { name: `Tenant ${number}` },
  )
  const { result: key } = await ask(
    rig,
    operatorKey,
    'mutation ($input: CreateApiKeyInput!) { result: createApiKey(input: $input) { ... on IssuedApiKey { secret } } }',
    { input: { tenantId: tenant.id, name: 'crash', scopes } },
  )
  const connectLine = async (n: number): Promise<Line> => {
    const from = `+1${200 + number}555${1000 + n}`
    const extension = rig.simulator.addExtension({
      firstName: `Line${n}`,
      lastName: `Of${number}`,
      phoneNumbers: [from],
    })
    const extensionRowId = await connect(rig, key.secret, extension)
    return { tenantId: tenant.id, extensionId: extension.id, extensionRowId, from }
  }
  const lines: Line[] = []
  for (let n = 0; n < linesEach; n += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, linesEach - n) }, (_, m) => n + m + 1)
    lines.push(...(await Promise.all(some.map(connectLine))))
  }
  return { id: tenant.id, secret: key.secret, lines }
}

async function connect(rig: Rig, secret: string, extension: Extension): Promise<string> {
  const { result } = await ask(
    rig,
    secret,
    'mutation { result: createConnectToken { ... on ConnectToken { connectUrl } } }',
  )
  await allowAtRingCentral(result.connectUrl, extension.id)
  for (const giveUpAt = Date.now() + 60_000; ; await sleep(50)) {
    const { extensions } = await ask(
      rig,
      secret,
      '{ extensions(first: 100) { nodes { id extensionId webhook { expiresAt } phoneNumbers { phoneNumber } } } }',
    )
    const found = extensions.nodes.find(
      (node: any) => node.extensionId === extension.id && node.webhook && node.phoneNumbers[0],
    )
    if (found) return found.id
    if (Date.now() > giveUpAt) throw new Error(`Extension ${extension.id} is not connected in 60 s`)
  }
}

/** Asks the gateway through its front door; what it answers as `data`. */
export async function ask(
  rig: Pick<Rig, 'url'>,
  secret: string,
  query: string,
  variables: object = {},
): Promise<any> {
  const response = await fetch(`${rig.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(10_000),
  })
  const { data, errors } = (await response.json()) as { data: any; errors?: { message: string }[] }
  if (errors || !data) throw new Error(errors?.[0]?.message ?? `No answer: ${response.status}`)
  return data
}
