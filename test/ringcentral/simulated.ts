/** The client logged in at a simulator of its own, whose clock the test moves. */
import { onTestFinished } from 'vitest'
import { createClock } from '../../simulator/clock.ts'
import { type SimulatorOptions, startSimulator } from '../../simulator/simulator.ts'
import type { RingCentralOptions } from '../../src/ringcentral/client.ts'
import { parseNotification } from '../../src/ringcentral/notifications.ts'
import { clientOf, startRingCentral } from './servers.ts'

export const customer = '+13105550177'
export const ava = { id: '62264425016', extensionNumber: '101', phoneNumber: '+12025550101' }
export const ben = { id: '62264426016', extensionNumber: '102', phoneNumber: '+12125550102' }
export const cleo = { id: '62264427016', extensionNumber: '103', phoneNumber: '+14155550103' }

export async function simulated(
  options: SimulatorOptions = {},
  more: Partial<RingCentralOptions> = {},
) {
  const clock = createClock()
  clock.hold()
  const simulator = await startSimulator({ clock, seed: 7, limits: false, ...options })
  onTestFinished(async () => {
    await simulator.close()
    clock.close()
  })
  const { clientId, clientSecret } = simulator
  const client = clientOf(simulator.url, { clientId, clientSecret, ...more })

  /** What a person does who is asked for the grant. */
  async function tokenOf(extensionId: string): Promise<string> {
    const redirectUri = 'https://gateway.example/v1/rc/callback'
    const { verifier, challenge } = await client.oauth.pkce()
    const request = { redirectUri, state: 's', codeChallenge: challenge }
    const body = new URLSearchParams(client.oauth.authorizationUrl(request).searchParams)
    body.set('decision', 'allow')
    body.set('extensionId', extensionId)
    const page = `${simulator.url}/restapi/oauth/authorize`
    const answer = await fetch(page, { method: 'POST', body, redirect: 'manual' })
    const callbackUrl = new URL(answer.headers.get('location') ?? '')
    return (await client.oauth.exchangeCode({ callbackUrl, redirectUri, verifier })).accessToken
  }

  const connect = async ({ id } = ava) => client.api(await tokenOf(id))
  return { simulator, clock, client, connect, tokenOf, api: await connect() }
}

/** A webhook that reads what it is sent. */
export async function listening() {
  const notifications: NonNullable<ReturnType<typeof parseNotification>>[] = []
  const server = await startRingCentral(({ headers, body }) => {
    const handshake = headers['validation-token']
    if (handshake) return { headers: { 'validation-token': String(handshake) } }
    const notification = parseNotification(JSON.parse(body))
    if (notification) notifications.push(notification)
    return {}
  })
  onTestFinished(() => server[Symbol.asyncDispose]())
  return { address: `${server.serverUrl}/hook`, notifications }
}
