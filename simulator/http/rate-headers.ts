import type { Allowance } from '../rate-limiter.ts'
import { type HttpContext, setHeader } from './exchange.ts'

export function announceAllowance(c: HttpContext, allowance: Allowance | undefined): void {
  if (!allowance) return
  // Lower case here, title case in RingCentral's prose: clients must compare without case.
  setHeader(c, 'X-Rate-Limit-Group', allowance.group.toLowerCase())
  setHeader(c, 'X-Rate-Limit-Limit', String(allowance.limit))
  setHeader(c, 'X-Rate-Limit-Remaining', String(allowance.remaining))
  setHeader(c, 'X-Rate-Limit-Window', String(allowance.windowSeconds))
}
