import type { Gateway, TestTenant } from '../support/gateway.ts'
import { send, stranger, waitForStatus } from '../support/texts.ts'

export const isSms = (url: unknown, init?: RequestInit) =>
  init?.method === 'POST' && String(url).endsWith('/sms')

/** The way back from RingCentral, which may swallow what it answers to a text that it has taken. */
export function createRoadBack() {
  const road = { swallows: false }
  const travel: typeof fetch = async (url, init) => {
    const response = await fetch(url, init)
    if (!road.swallows || !isSms(url, init)) return response
    await response.arrayBuffer()
    const cause = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
    throw new TypeError('fetch failed', { cause })
  }
  return { road, travel }
}

/** Sends a text that never reaches RingCentral, which nobody can know. */
export async function loseText(
  gateway: Gateway,
  tenant: TestTenant,
  { from, text }: { from: string; text: string },
): Promise<string> {
  gateway.simulator.planFault({ kind: 'reset', path: '**/sms', method: 'POST', count: 1 })
  const { id } = await send(tenant, { from, to: [stranger], text })
  await waitForStatus(tenant, id, 'UNCONFIRMED')
  return id
}

const decided = `id status resolution rcMessageId text resendOf { id status resolution }
  resentAs { id status } timeline { kind status summary }`

/** What `resolveUnconfirmed` answers. */
export async function resolve(
  tenant: Pick<TestTenant, 'query'>,
  messageId: string,
  resolution: 'RESEND' | 'GIVE_UP',
) {
  const { result } = await tenant.query(
    `mutation ($input: ResolveUnconfirmedInput!) { result: resolveUnconfirmed(input: $input) {
      __typename ... on Message { ${decided} } ... on Error { code message }
      ... on NotUnconfirmedError { status } ... on ExtensionRevokedError { extensionId }
    } }`,
    { input: { messageId, resolution } },
  )
  return result
}

export async function decisionOn(tenant: Pick<TestTenant, 'query'>, id: string) {
  const { message } = await tenant.query(`{ message(id: "${id}") { ${decided} } }`)
  return message
}
