/** RingCentral's stand-in in a process of its own, without its limits: what is measured is us. */
import { startSimulator } from '../../simulator/simulator.ts'
import { answer } from '../ipc.ts'
import type { Webhook } from '../load/requests.ts'

export type Person = { extensionId: string; number: string }

const simulator = await startSimulator({ limits: false })

answer({
  /** So many more extensions, each with a number. */
  hire: (count: number): Person[] =>
    Array.from({ length: count }, (_, i) => {
      const number = `+1646555${String(2_000 + simulator.extensions().length).padStart(4, '0')}`
      const { id } = simulator.addExtension({
        firstName: 'Agent',
        lastName: String(i),
        phoneNumbers: [number],
      })
      return { extensionId: id, number }
    }),

  webhooks: (people: Person[]): Webhook[] =>
    people.flatMap(({ extensionId, number }) =>
      simulator
        .subscriptions()
        .filter((one) => one.extensionId === extensionId && one.status === 'Active')
        .map(({ id, address, verificationToken = '' }) => ({
          address,
          token: verificationToken,
          subscriptionId: id,
          extensionId,
          number,
        })),
    ),

  /** Makes a text arrive, and tells when its notification was about to leave. */
  receive(text: { from: string; to: string; text: string }): number {
    const leftAt = performance.timeOrigin + performance.now()
    simulator.inbound(text)
    return leftAt
  },

  /** When each text was accepted, by its words. */
  accepted: (): Record<string, number> =>
    Object.fromEntries(simulator.outbox().map((one) => [one.text, Date.parse(one.acceptedAt)])),
})
console.log(`listening at ${simulator.url}\n`)
process.on('SIGTERM', () => void simulator.close().then(() => process.exit(0)))
