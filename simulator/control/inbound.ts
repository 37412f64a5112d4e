import { z } from 'zod'
import type { Message } from '../messages/message.ts'
import type { Simulation } from '../simulation.ts'
import { fullName } from '../world/world.ts'
import { ControlError } from './control-error.ts'

export const sender = z
  .string()
  .regex(/^\+[1-9]\d{6,14}$/, 'must be a number in E.164, such as +13105550177')

export const inboundText = z.object({
  from: sender,
  /** Several make a group text, which arrives at each of them that is in the world. */
  to: z.union([z.string(), z.array(z.string()).min(1).max(10)]),
  text: z.string().max(1600),
  /** Pictures and the like, their bytes in Base64. */
  media: z
    .array(
      z.strictObject({
        contentType: z.string(),
        fileName: z.string().optional(),
        base64: z.base64(),
      }),
    )
    .max(10)
    .optional(),
})

const mostNamed = 50

export type InboundText = z.input<typeof inboundText>

export function receiveText(
  sim: Simulation,
  { from, to, text, media = [] }: InboundText,
): Message[] {
  const numbers = typeof to === 'string' ? [to] : to
  const attachments = media.map(({ base64, ...one }) => ({
    ...one,
    id: sim.ids.numeric(),
    content: new Uint8Array(Buffer.from(base64, 'base64')),
  }))
  const highVolume = numbers.flatMap((one) => sim.a2p.receive(from, one, text) ?? [])
  const arrived = sim.postman.deliver({ from, to: numbers, text, attachments })
  if (arrived.length === 0 && highVolume.length === 0) {
    throw new ControlError(`Nobody is reached at ${numbers.join(', ')}. ${reachable(sim)}`)
  }
  return arrived
}

export function reachable(sim: Simulation): string {
  const lines = [...sim.world.numbers.values()].slice(0, mostNamed).flatMap((number) => {
    const owner = sim.world.reachedAt(number.phoneNumber)
    return owner ? [`${number.phoneNumber} (${fullName(owner)})`] : []
  })
  return `Texts can arrive at ${lines.join(', ')}.`
}
