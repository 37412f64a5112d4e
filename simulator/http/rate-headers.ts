import type { Allowance } from '../rate-limiter.ts'
import type { HttpContext } from './exchange.ts'

export function announceAllowance(c: HttpContext, allowance: Allowance | undefined): void {
  if (!allowance) return
  // Lower case here, title case in RingCentral's prose: clients must compare without case.
  c.header('X-Rate-Limit-Group', allowance.group.toLowerCase())
  c.header('X-Rate-Limit-Limit', String(allowance.limit))
  c.header('X-Rate-Limit-Remaining', String(allowance.remaining))
  c.header('X-Rate-Limit-Window', String(allowance.windowSeconds))
}
