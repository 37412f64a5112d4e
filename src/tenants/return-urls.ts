import type { Tx } from '../db/client.ts'
import { InvalidInputError } from '../lib/errors.ts'

export const maxReturnUrls = 20
const maxLength = 2000
const here = new Set(['localhost', '127.0.0.1', '[::1]'])

/** What a tenant allows its people to be led back to. @throws InvalidInputError */
export function parseReturnUrls(given: readonly string[]): string[] {
  if (given.length > maxReturnUrls) {
    throw new InvalidInputError('returnUrls', `There can be at most ${maxReturnUrls} of them.`)
  }
  const wrong = given.find((url) => !mayBeAllowed(url))
  if (wrong !== undefined) {
    throw new InvalidInputError(
      'returnUrls',
      `${JSON.stringify(wrong.slice(0, 100))} is not an absolute https URL without user and password, of at most ${maxLength} characters; http is for localhost only.`,
    )
  }
  return [...new Set(given)]
}

/**
 * That a link may lead back there. Character by character: every cleverer comparison has been outwitted by
 * `https://good@evil`, `https://good.evil` and their like.
 *
 * @throws InvalidInputError
 */
export async function requireReturnUrl(tx: Tx, tenantId: string, returnUrl: string): Promise<void> {
  const { returnUrls } = await tx.tenant.findUniqueOrThrow({
    where: { id: tenantId },
    select: { returnUrls: true },
  })
  if (returnUrls.includes(returnUrl)) return
  throw new InvalidInputError(
    'returnUrl',
    '`returnUrl` is none of the `returnUrls` that `updateSettings` has set; they are compared character by character.',
  )
}

function mayBeAllowed(given: string): boolean {
  // What `new URL` would mend in silence, browsers may read in another way.
  if (given.length > maxLength || /[\s\\\p{Cc}]/u.test(given) || !URL.canParse(given)) return false
  const { protocol, hostname, username, password } = new URL(given)
  if (!/^https?:\/\//.test(given) || username || password) return false
  return protocol === 'https:' || here.has(hostname)
}
