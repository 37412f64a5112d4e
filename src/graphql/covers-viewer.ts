import type { Only, Viewer } from './context.ts'

/**
 * Why a viewer may not take the place of another, on a socket whose subscriptions go on with what the other one was
 * let in with; undefined if nothing that the other may do would be lost.
 */
export function whyNotCovering(next: Viewer, before: Viewer): string | undefined {
  if (next.kind !== 'tenant' || before.kind !== 'tenant' || next.tenantId !== before.tenantId) {
    return 'It is of another tenant'
  }
  const lacking = before.scopes.filter((scope) => !next.scopes.includes(scope))
  if (lacking.length > 0) return `It lacks ${lacking.join(', ')}`
  if (!covers(next.only, before.only)) return 'It is limited more narrowly'
  return undefined
}

function covers(next: Only | undefined, before: Only | undefined): boolean {
  if (!next) return true
  if (!before) return false
  return (
    before.extensionIds.every((id) => next.extensionIds.includes(id)) &&
    before.numbers.every((number) => next.numbers.includes(number))
  )
}
