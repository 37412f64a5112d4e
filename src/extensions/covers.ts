import type { Extension } from '../db/generated/client/client.ts'

/** Scopes of RingCentral's that include others. */
const included: Record<string, readonly string[]> = {
  ReadCallLog: ['EditCallLog', 'ReadCallRecording'],
}

/** Whether the grant of an extension covers a scope of RingCentral's. */
export function covers({ scopes }: Pick<Extension, 'scopes'>, scope: string): boolean {
  return scopesFor(scope).some((one) => scopes.includes(one))
}

/** The scopes of which one is enough. */
export const scopesFor = (scope: string): string[] => [scope, ...(included[scope] ?? [])]
