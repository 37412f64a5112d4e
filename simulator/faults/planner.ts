import type { Random } from '../random.ts'
import { type FaultPlan, isWebhookFault, type RequestFault, type WebhookFault } from './plan.ts'

export interface PlannedFault {
  id: string
  plan: FaultPlan
  /** How often it struck. */
  hits: number
}

export interface FaultPlanner {
  add(plan: FaultPlan): PlannedFault
  clear(): void
  list(): PlannedFault[]
  forRequest(method: string, path: string): RequestFault | undefined
  /** By the path of the event, such as `…/message-store/instant?type=SMS`. */
  forWebhook(eventPath: string): WebhookFault | undefined
}

/** Plans are asked in the order in which they came; the first that strikes is the only one that does. */
export function createFaultPlanner(random: Random): FaultPlanner {
  let planned: PlannedFault[] = []
  let added = 0

  const strikes = (fault: PlannedFault, path: string) => {
    const { plan } = fault
    if (!isNamed(plan, path)) return false
    if (plan.count !== undefined && fault.hits >= plan.count) return false
    if (plan.share !== undefined && random.next() >= plan.share) return false
    fault.hits += 1
    return true
  }

  return {
    add(plan) {
      added += 1
      const fault = { id: String(added), plan, hits: 0 }
      planned.push(fault)
      return fault
    },
    clear() {
      planned = []
    },
    list: () => planned,
    forRequest(method, path) {
      for (const fault of planned) {
        const { plan } = fault
        if (isWebhookFault(plan)) continue
        if (plan.method !== undefined && plan.method !== method) continue
        if (strikes(fault, path)) return plan
      }
      return undefined
    },
    forWebhook(eventPath) {
      for (const fault of planned) {
        if (isWebhookFault(fault.plan) && strikes(fault, eventPath)) return fault.plan
      }
      return undefined
    },
  }
}

/** Whether the plan's path names this one; without a path it names all. */
export function isNamed(plan: FaultPlan, path: string): boolean {
  return plan.path === undefined || matches(plan.path, path)
}

function matches(pattern: string, path: string): boolean {
  if (!pattern.includes('*')) return path.startsWith(pattern)
  const source = pattern
    .split('**')
    .map((part) => part.split('*').map(escapePattern).join('[^/]*'))
    .join('.*')
  return new RegExp(`^${source}$`).test(path)
}

function escapePattern(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
}
