import { hkdfSync } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import type { Only } from '../graphql/context.ts'
import { after, type Clock, seconds } from '../lib/clock.ts'
import type { SealingKey } from '../lib/sealer.ts'

/** What a client token says of itself. */
export type ClientTokenClaims = {
  id: string
  tenantId: string
  scopes: string[]
  only?: Only
  createdAt: Date
  expiresAt: Date
}

export type ClientTokenJwt = ReturnType<typeof createClientTokenJwt>

const algorithm = 'HS256'
const type = 'client+jwt'
/** The clocks of two instances are never quite the same. */
const clocksDiffer = seconds(30)

const payloadOf = z.object({
  jti: z.string(),
  iat: z.number(),
  exp: z.number(),
  tid: z.string(),
  scp: z.array(z.string()),
  only: z.object({ extensionIds: z.array(z.string()), numbers: z.array(z.string()) }).optional(),
})

/**
 * Client tokens as JWTs, which every instance can check. Their keys are derived from those that seal: the first one
 * signs, all of them verify, and `kid` says which it was.
 */
export function createClientTokenJwt({
  keys,
  issuer,
  clock,
}: {
  keys: SealingKey[]
  /** The gateway's own address: a token of another one is none here. */
  issuer: string
  clock: Clock
}) {
  const derived = new Map(
    keys.map(({ id, key }) => [id, Buffer.from(hkdfSync('sha256', key, '', 'client-tokens', 32))]),
  )
  const [active] = derived
  if (!active) throw new Error('createClientTokenJwt needs at least one key')
  const [keyId, key] = active
  const audience = `${issuer}/graphql`

  return {
    /** `expiresAt` and `createdAt` are whole seconds. */
    sign({ id, tenantId, scopes, only, createdAt, expiresAt }: ClientTokenClaims): Promise<string> {
      return new SignJWT({ tid: tenantId, scp: scopes, ...(only && { only }) })
        .setProtectedHeader({ alg: algorithm, typ: type, kid: keyId })
        .setIssuer(issuer)
        .setAudience(audience)
        .setJti(id)
        .setIssuedAt(createdAt)
        .setNotBefore(after(createdAt, -clocksDiffer))
        .setExpirationTime(expiresAt)
        .sign(key)
    },

    /** Undefined for what is none of ours, has been altered, or is over. Says nothing about whether it was revoked. */
    async verify(token: string): Promise<ClientTokenClaims | undefined> {
      const verified = await jwtVerify(token, ({ kid }) => derived.get(kid ?? '') ?? noSuchKey(), {
        algorithms: [algorithm],
        typ: type,
        issuer,
        audience,
        requiredClaims: ['jti', 'iat', 'nbf', 'exp'],
        currentDate: clock.now(),
      }).catch((error) => {
        if (error instanceof errors.JOSEError) return undefined
        throw error
      })
      if (!verified) return undefined
      const { jti, iat, exp, tid, scp, only } = payloadOf.parse(verified.payload)
      return {
        id: jti,
        tenantId: tid,
        scopes: scp,
        ...(only && { only }),
        createdAt: new Date(seconds(iat)),
        expiresAt: new Date(seconds(exp)),
      }
    },
  }
}

function noSuchKey(): never {
  throw new errors.JWKSNoMatchingKey()
}
