import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { allScopes } from './tenants/scopes.ts'

/** What a newcomer needs to try things, also written to `demo.json` in the data directory. */
export type Demo = {
  url: string
  apiKey: string
  operatorKey: string
  simulatorUrl: string
  /** The number that is connected: texts can arrive at it. */
  number: string
}

const current = 'demo.json'
const retired = 'demo.last.json'
const tenantName = 'Demo'
/** The simulator's first extension. The others are left to connect by hand. */
const rcExtensionId = '62264425016'
const connectWithinMs = 30_000

/** The extension is connected, but nobody does the jobs that follow. */
export class NoWorkerError extends Error {
  override name = 'NoWorkerError'
  constructor() {
    super(
      'The demo is not connected, since no worker does its jobs. Start one with ROLE=worker on the same DATA_DIR, then this process again.',
    )
  }
}

/** Puts `demo.json` away: it is there only while all is ready. */
export async function retireDemo(dataDir: string): Promise<void> {
  await rename(join(dataDir, current), join(dataDir, retired)).catch(() => undefined)
}

/** What the last start wrote, so that its key goes on working. */
export async function recallDemo(dataDir: string): Promise<Demo | undefined> {
  await retireDemo(dataDir)
  try {
    return JSON.parse(await readFile(join(dataDir, retired), 'utf8')) as Demo
  } catch {
    return undefined
  }
}

export async function writeDemo(dataDir: string, demo: Demo): Promise<void> {
  await mkdir(dataDir, { recursive: true })
  const path = join(dataDir, current)
  // Whole or not at all, for programs that wait for it.
  await writeFile(`${path}.part`, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 })
  await rename(`${path}.part`, path)
}

/**
 * A tenant whose first extension is connected, made through the front door: the operator's mutations,
 * and the pages that a person would click through. After a restart the simulator has forgotten its
 * grants, so the extension connects again, which keeps its history.
 */
export async function connectDemo(options: {
  url: string
  simulatorUrl: string
  operatorKey: string
  before: Demo | undefined
}): Promise<Demo> {
  const { url, simulatorUrl, operatorKey, before } = options
  const known = before && (await works(url, before.apiKey)) ? before.apiKey : undefined
  const apiKey = known ?? (await createKey(url, operatorKey))
  await connect(url, apiKey)
  return { url, apiKey, operatorKey, simulatorUrl, number: await connectedNumber(url, apiKey) }
}

async function works(url: string, apiKey: string): Promise<boolean> {
  const response = await fetch(`${url}/v1/rc/status`, { headers: bearer(apiKey) })
  return response.ok
}

async function createKey(url: string, operatorKey: string): Promise<string> {
  const { tenants } = await ask(url, operatorKey, '{ tenants(first: 100) { nodes { id name } } }')
  let tenantId = tenants.nodes.find((tenant: { name: string }) => tenant.name === tenantName)?.id
  if (!tenantId) {
    const { createTenant } = await ask(
      url,
      operatorKey,
      'mutation ($name: String!) { createTenant(input: { name: $name }) { ... on Tenant { id } } }',
      { name: tenantName },
    )
    tenantId = createTenant.id
  }
  const { createApiKey } = await ask(
    url,
    operatorKey,
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { ... on IssuedApiKey { secret } } }',
    { input: { tenantId, name: 'demo', scopes: allScopes } },
  )
  return createApiKey.secret
}

/** Opens the link, presses the button, allows access at the simulator, and comes back. */
async function connect(url: string, apiKey: string): Promise<void> {
  const { createConnectToken } = await ask(
    url,
    apiKey,
    'mutation { createConnectToken { ... on ConnectToken { connectUrl } ... on Error { message } } }',
  )
  if (!createConnectToken.connectUrl) throw new Error(createConnectToken.message)
  const pressed = await fetch(createConnectToken.connectUrl, { method: 'POST', redirect: 'manual' })
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
  const back = await fetch(allowed.headers.get('location') ?? '', { headers: { cookie } })
  if (!back.ok) throw new Error(`The demo extension could not be connected (${back.status})`)
}

/** Waits until a text can arrive: the number is known and RingCentral posts to us. */
async function connectedNumber(url: string, apiKey: string): Promise<string> {
  const query = `{ extensions(filter: { status: [ACTIVE] }) { nodes {
    extensionId webhook { expiresAt } phoneNumbers { phoneNumber } } } }`
  for (const giveUpAt = Date.now() + connectWithinMs; Date.now() < giveUpAt; await sleep(50)) {
    const { extensions } = await ask(url, apiKey, query)
    const own = extensions.nodes.find(
      (extension: { extensionId: string }) => extension.extensionId === rcExtensionId,
    )
    if (own?.webhook && own.phoneNumbers[0]) return own.phoneNumbers[0].phoneNumber
  }
  throw new NoWorkerError()
}

// biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of the query beside it
async function ask(url: string, key: string, query: string, variables = {}): Promise<any> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { ...bearer(key), 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: unknown }
  if (errors) throw new Error(`The demo could not be set up: ${JSON.stringify(errors)}`)
  return data
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
