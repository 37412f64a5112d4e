import type { SimulatorOptions } from '../../simulator/simulator.ts'

export type Exchange = Parameters<NonNullable<SimulatorOptions['observe']>>[0]

const ofTokenAnswers = ['access_token', 'refresh_token']
const ofTokenRequests = ['code', 'code_verifier', 'refresh_token', 'token']

/** Every secret that went to RingCentral, and came from there. */
export function secretsOf(exchanges: readonly Exchange[]): string[] {
  return exchanges.flatMap((exchange) => {
    if (exchange.kind !== 'exchange') return []
    const { url, requestHeaders, requestBody, responseBody } = exchange
    const { authorization = '' } = requestHeaders
    const found = [authorization.replace(/^\w+ /, '')]
    if (new URL(url).pathname.startsWith('/restapi/oauth/')) {
      const asked = new URLSearchParams(requestBody)
      found.push(...ofTokenRequests.map((name) => asked.get(name) ?? ''))
      found.push(...ofTokenAnswers.map((name) => membersOf(responseBody)[name] ?? ''))
    }
    if (new URL(url).pathname.endsWith('/subscription')) {
      const { deliveryMode } = JSON.parse(requestBody || '{}')
      found.push(deliveryMode?.verificationToken ?? '')
    }
    return found.filter((secret) => secret.length > 8)
  })
}

function membersOf(json: string): Record<string, string> {
  try {
    return JSON.parse(json)
  } catch {
    return {}
  }
}
