import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'

export interface CodeRequest {
  clientId: string
  extensionId: string
  redirectUri: string
  challenge?: string
  challengeMethod?: string
}

export const codeLifetimeSeconds = 60

/** Authorization codes: good for a minute and for one exchange. */
export function createCodes(clock: Clock, random: Random) {
  const codes = new Map<string, CodeRequest & { expiresAt: number }>()

  return {
    issue(request: CodeRequest): string {
      const code = `U0pDMTFQMDFQQVMwMHxBQU${random.token(60)}`
      codes.set(code, { ...request, expiresAt: clock.now() + codeLifetimeSeconds * 1000 })
      return code
    },

    /** Gone after this, whatever comes of it. */
    take(code: string): (CodeRequest & { expired: boolean }) | undefined {
      const found = codes.get(code)
      codes.delete(code)
      return found && { ...found, expired: found.expiresAt <= clock.now() }
    },

    ownerOf: (code: string) => codes.get(code)?.extensionId,
  }
}
