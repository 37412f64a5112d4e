import type { z } from 'zod'
import type { HttpContext } from '../http/exchange.ts'
import { ControlError } from './control-error.ts'

/** What was asked, from JSON or from a form, or every reason against it in one sentence. */
export async function readInput<Schema extends z.ZodType>(
  c: HttpContext,
  schema: Schema,
): Promise<z.output<Schema>> {
  const text = await c.req.text()
  const type = c.req.header('content-type') ?? ''
  // curl calls everything a form; JSON is told by how it begins.
  const fromForm = type.startsWith('application/x-www-form-urlencoded') && !/^\s*[{[]/.test(text)
  c.set('fromForm', fromForm)
  let value: unknown
  try {
    value = fromForm ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text)
  } catch {
    throw new ControlError('The body must be JSON.')
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new ControlError(
    parsed.error.issues
      .map((issue) => [issue.path.join('.'), issue.message].filter(Boolean).join(': '))
      .join('; '),
  )
}
