import { z } from 'zod'
import type { Clock } from '../clock.ts'

export const clockRequest = z
  .strictObject({
    /** Hold still, or let go again. */
    hold: z.boolean().optional(),
    /** Milliseconds to move forward. */
    advance: z.number().min(0).optional(),
    speed: z.number().gt(0).max(100_000).optional(),
  })
  .refine((value) => Object.keys(value).length > 0, 'give hold, advance or speed')

export async function moveClock(
  clock: Clock,
  request: z.infer<typeof clockRequest>,
): Promise<void> {
  if (request.hold === true) clock.hold()
  if (request.hold === false) clock.release()
  if (request.speed !== undefined) clock.speed(request.speed)
  if (request.advance !== undefined) await clock.advance(request.advance)
}
