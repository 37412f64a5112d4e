/**
 * The small pieces that RingCentral's JSON is made of, read leniently: everything that is not
 * promised may be absent.
 */
import { z } from 'zod'

/** Ids are numbers here and strings there; to us they are opaque strings. */
export const id = z.union([z.string().min(1), z.number().int()]).transform(String)

/** `2022-03-11T14:26:12.000Z`, also with microseconds or an old `+0000`; undefined for what is no time. */
export function timeOf(value: string): Date | undefined {
  const at = new Date(value.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'))
  return Number.isNaN(at.getTime()) ? undefined : at
}

export const time = z.string().transform((value, context) => {
  const at = timeOf(value)
  if (at) return at
  context.addIssue({ code: 'custom', message: 'not a time' })
  return z.NEVER
})

/**
 * A member that RingCentral does not promise. Null, and a value of a form we do not know, count as
 * absent: one odd member must not cost us the message it stands in.
 */
export function maybe<S extends z.ZodType>(schema: S) {
  return schema
    .nullish()
    .catch(undefined as never)
    .transform((value) => (value ?? undefined) as z.output<S> | undefined)
}

/**
 * A list that RingCentral does not promise: empty when absent, and without the items that we cannot
 * read.
 */
export function listOf<S extends z.ZodType>(schema: S) {
  return maybe(z.array(maybe(schema))).transform((items) =>
    (items ?? []).filter((item) => item !== undefined),
  )
}

/** One end of a message or call. Internal traffic has an `extensionNumber` and no `phoneNumber`. */
export const party = z.object({
  phoneNumber: maybe(z.string()),
  extensionNumber: maybe(id),
  extensionId: maybe(id),
  name: maybe(z.string()),
  location: maybe(z.string()),
})

export type Party = z.output<typeof party>

/** What a full or incremental sync leaves behind for the next one. */
export const syncInfo = z.object({ syncToken: z.string(), syncTime: maybe(time) })
