import { RingCentralRefusedError } from './errors.ts'

/** What the request names is not there any more: 404, or `CMN-102` about the path with 400. */
export function isGone(error: unknown): boolean {
  return (
    error instanceof RingCentralRefusedError && (error.status === 404 || error.code === 'CMN-102')
  )
}
