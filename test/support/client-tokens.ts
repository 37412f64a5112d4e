import { createClient } from './client.ts'
import type { TestTenant } from './gateway.ts'

type Asking = Pick<TestTenant, 'query'>

/** Mints a client token; the answer, whatever it is. */
export async function mint(tenant: Asking, input: Record<string, unknown>) {
  const { createClientToken } = await tenant.query(
    `mutation ($input: CreateClientTokenInput!) {
      createClientToken(input: $input) {
        ... on ClientToken { id token scopes expiresAt }
        ... on ScopesNotGrantedError { scopes }
        ... on InvalidInputError { field }
        ... on Error { code }
      }
    }`,
    { input },
  )
  return createClientToken
}

/** A browser with such a token. */
export async function browserOf(url: string, tenant: Asking, input: Record<string, unknown>) {
  const { id, token } = await mint(tenant, input)
  return { id: id as string, token: token as string, ...createClient(url, token) }
}

/** Over SSE the data of a last `next`, before `complete`: the codes of its errors. */
export function lastCodes(stream: { events: { event: string; data: any }[] }): string[] {
  const { data } = stream.events.findLast(({ event }) => event === 'next') ?? {}
  return (data?.errors ?? []).map((error: any) => error.extensions.code)
}
