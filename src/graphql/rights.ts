import type { TenantViewer } from './builder.ts'

/** Stands in for whichever client token it was: what is shared among several tells of none. */
const anyToken = { id: 'any', createdAt: new Date(0), expiresAt: new Date(0) }

/**
 * A viewer without what tells one client token from another of the same rights. All else is left as it is, so that
 * whoever differs in anything, also in what a viewer may have one day, is another.
 */
export function sharedViewer(viewer: TenantViewer): TenantViewer {
  return viewer.clientToken ? { ...viewer, clientToken: anyToken } : viewer
}
