/** The tokens of one grant, as the token endpoint hands them out. */
import { z } from 'zod'
import { id, maybe } from './values.ts'

export const tokenAnswer = z
  .object({
    access_token: z.string().min(1),
    refresh_token: maybe(z.string().min(1)),
    expires_in: maybe(z.coerce.number().positive()),
    refresh_token_expires_in: maybe(z.coerce.number().positive()),
    scope: maybe(z.string()),
    owner_id: maybe(id),
    session_id: maybe(id),
  })
  .transform((answer) => ({
    accessToken: answer.access_token,
    // Often about 3600, but RingCentral may give less. Where it does not tell, its shortest
    // lifetime is the safe guess.
    accessTokenExpiresInSeconds: answer.expires_in ?? 600,
    /** Absent unless the app registration has refresh tokens switched on. */
    refreshToken: answer.refresh_token,
    refreshTokenExpiresInSeconds: answer.refresh_token_expires_in ?? 604_800,
    /** What was granted: the app registration decides, not the request. */
    scopes: answer.scope?.split(/\s+/).filter(Boolean) ?? [],
    /**
     * `owner_id`: the extension, never the account; RingCentral does not promise it. `getExtension`
     * knows both.
     */
    extensionId: answer.owner_id,
    sessionId: answer.session_id,
  }))

export type TokenSet = Omit<z.output<typeof tokenAnswer>, 'refreshToken'> & { refreshToken: string }
