import { z } from 'zod'

/**
 * What can be made to go wrong. A plan says where (path, method), how often (count or share) and what.
 * Strict on purpose: a plan with a member that its kind does not know would otherwise do nothing, quietly.
 */
const path = z
  .string()
  .regex(/^[/*]/, 'a path begins with / or *')
  .refine((value) => !value.startsWith('/simulator'), 'control paths cannot be faulted')

const scope = {
  /** A prefix; or a glob, where `*` stands for one segment and `**` for any number. */
  path: path.optional(),
  /** How many times. Missing, together with `share`: until cleared. */
  count: z.int().min(1).optional(),
  /** The part of the matching requests, thrown with the seeded dice. */
  share: z.number().gt(0).max(1).optional(),
}

const request = {
  ...scope,
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
}

const milliseconds = z
  .number()
  .min(0)
  .max(24 * 60 * 60 * 1000)
const status = z.int().min(400).max(599)
const body = z.unknown().optional()

// Told in one line to whoever mistypes one.
export const faultKinds = [
  'delay',
  'hang',
  'reset',
  'status',
  'rate-limit',
  'accept-then-status',
  'accept-then-reset',
  'accept-then-hang',
  'hide',
  'webhook-drop',
  'webhook-double',
  'webhook-delay',
  'webhook-reorder',
] as const

const kinds = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ ...request, kind: z.literal('delay'), ms: milliseconds }),
    z.strictObject({ ...request, kind: z.literal('hang') }),
    z.strictObject({ ...request, kind: z.literal('reset') }),
    z.strictObject({ ...request, kind: z.literal('status'), status, body }),
    z.strictObject({
      ...request,
      kind: z.literal('rate-limit'),
      retryAfter: z.int().min(0).nullable().optional(),
    }),
    z.strictObject({ ...request, kind: z.literal('accept-then-status'), status, body }),
    z.strictObject({
      ...request,
      kind: z.literal('accept-then-reset'),
      /** So much of the answer, headers included, gets through before. */
      afterBytes: z.int().min(1).optional(),
    }),
    z.strictObject({ ...request, kind: z.literal('accept-then-hang') }),
    z.strictObject({ ...request, kind: z.literal('hide'), ms: milliseconds }),
    z.strictObject({ ...scope, kind: z.literal('webhook-drop') }),
    z.strictObject({ ...scope, kind: z.literal('webhook-double') }),
    z.strictObject({ ...scope, kind: z.literal('webhook-delay'), ms: milliseconds }),
    z.strictObject({ ...scope, kind: z.literal('webhook-reorder') }),
  ],
  {
    error: (issue) =>
      issue.code === 'invalid_union' ? `must be one of ${faultKinds.join(', ')}` : undefined,
  },
)

export const faultPlan = kinds.refine(
  (plan) => plan.count === undefined || plan.share === undefined,
  {
    error: 'give count or share, not both',
    path: ['share'],
  },
)

export type FaultPlan = z.infer<typeof faultPlan>
export type WebhookFault = Extract<FaultPlan, { kind: `webhook-${string}` }>
export type RequestFault = Exclude<FaultPlan, WebhookFault>

export function isWebhookFault(plan: FaultPlan): plan is WebhookFault {
  return plan.kind.startsWith('webhook-')
}

/** The plan, or every reason against it in one sentence. */
export function parseFaultPlan(value: unknown): { plan: FaultPlan } | { reason: string } {
  const parsed = faultPlan.safeParse(value)
  if (parsed.success) return { plan: parsed.data }
  const reasons = parsed.error.issues.map((issue) =>
    issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message,
  )
  return { reason: reasons.join('; ') }
}
