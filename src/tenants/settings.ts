import { z } from 'zod'
import { recordAudit } from '../audit/record-audit.ts'
import type { Db, Tx } from '../db/client.ts'
import { Feature, Prisma } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { defineJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { allFeatures, featuresBut } from './features.ts'
import { parseQuietHours, type QuietHours } from './quiet-hours.ts'
import { parseReturnUrls } from './return-urls.ts'

declare module '../graphql/context.ts' {
  interface Services {
    settings: Settings
  }
}

export type Settings = ReturnType<typeof createSettings>

/** RingCentral's mailboxes seldom hold more. */
export const longestHistoryDays = 365

export type SettingsChange = {
  enable?: readonly Feature[] | null | undefined
  disable?: readonly Feature[] | null | undefined
  historyDays?: number | null | undefined
  /** Null: texts leave at any time. */
  quietHours?: QuietHours | null | undefined
  /** Null: HELP is not answered. */
  helpText?: string | null | undefined
  /** Null: none. */
  returnUrls?: readonly string[] | null | undefined
}

/** How the gateway is set up for a tenant. */
export type TenantSettings = {
  on: ReadonlySet<Feature>
  historyDays: number
  quietHours: QuietHours | null
  helpText: string | null
  returnUrls: string[]
}

/** As long as any text may be. */
export const maxHelpTextLength = 1000

/** Does at RingCentral what a change of settings asks for. */
export const applySettingsJob = defineJob({
  name: 'apply-settings',
  payload: z.object({ tenantId: z.string(), switchedOn: z.array(z.enum(Feature)) }),
})

/** How a tenant has set the gateway up, and changing it. */
export function createSettings({
  db,
  queue,
  clock,
}: {
  db: Db
  queue: Pick<JobQueue, 'send'>
  clock: Clock
}) {
  return {
    read: (tenantId: string): Promise<TenantSettings> => settingsOf(db, tenantId),

    /** Changes what is named; what stands so already stays. @throws InvalidInputError */
    async update(tenantId: string, change: SettingsChange): Promise<TenantSettings> {
      const { enable, disable, ...texting } = parse(change)
      return inTransaction(db, async (tx) => {
        // Held, so that of two changes at once neither undoes the other.
        await tx.$queryRaw`SELECT 1 FROM "Tenant" WHERE "id" = ${tenantId} FOR NO KEY UPDATE`
        await tx.tenant.update({ where: { id: tenantId }, data: texting })
        const before = await settingsOf(tx, tenantId)
        const switchedOn = enable.filter((feature) => !before.on.has(feature))
        const switchedOff = disable.filter((feature) => before.on.has(feature))
        const others = Object.keys(texting)
        if (switchedOn.length + switchedOff.length + others.length > 0) {
          await recordAudit(tx, {
            action: 'SETTINGS_CHANGED',
            at: clock.now(),
            tenantId,
            subjectId: tenantId,
            details: { switchedOn, switchedOff, others },
          })
        }
        if (switchedOn.length === 0 && switchedOff.length === 0) return before
        const disabledFeatures = allFeatures.filter(
          (feature) =>
            disable.includes(feature) || !(before.on.has(feature) || enable.includes(feature)),
        )
        await tx.tenant.update({
          where: { id: tenantId },
          data: { disabledFeatures },
        })
        await queue.send(tx, applySettingsJob, { tenantId, switchedOn })
        return { ...before, on: featuresBut(disabledFeatures) }
      })
    },
  }
}

/** When no texts of a tenant leave; null: they leave at any time. */
export async function quietHoursOf(db: Db | Tx, tenantId: string): Promise<QuietHours | null> {
  return (await settingsOf(db, tenantId)).quietHours
}

async function settingsOf(db: Db | Tx, tenantId: string): Promise<TenantSettings> {
  const tenant = await db.tenant.findUnique({
    where: { id: tenantId },
    select: {
      disabledFeatures: true,
      historyDays: true,
      quietHours: true,
      helpText: true,
      returnUrls: true,
    },
  })
  return {
    on: featuresBut(tenant?.disabledFeatures ?? []),
    historyDays: tenant?.historyDays ?? 0,
    quietHours: tenant?.quietHours as QuietHours | null,
    helpText: tenant?.helpText ?? null,
    returnUrls: tenant?.returnUrls ?? [],
  }
}

function parse(change: SettingsChange) {
  const { enable, disable, historyDays, quietHours, helpText, returnUrls } = change
  const [on, off] = [enable ?? [], disable ?? []]
  const named = [historyDays ?? undefined, quietHours, helpText, returnUrls]
  if (on.length === 0 && off.length === 0 && named.every((one) => one === undefined)) {
    throw new InvalidInputError('enable', 'Say what to change: name at least one setting.')
  }
  const both = on.find((feature) => off.includes(feature))
  if (both) throw new InvalidInputError('disable', `${both} is in \`enable\` and in \`disable\`.`)
  return {
    enable: on,
    disable: off,
    ...(historyDays != null && { historyDays: parseHistoryDays(historyDays) }),
    ...(quietHours !== undefined && {
      quietHours: quietHours === null ? Prisma.DbNull : parseQuietHours(quietHours),
    }),
    ...(helpText !== undefined && { helpText: helpText === null ? null : parseHelpText(helpText) }),
    ...(returnUrls !== undefined && { returnUrls: parseReturnUrls(returnUrls ?? []) }),
  }
}

function parseHistoryDays(historyDays: number): number {
  if (historyDays >= 0 && historyDays <= longestHistoryDays) return historyDays
  throw new InvalidInputError(
    'historyDays',
    `\`historyDays\` is 0 (none) to ${longestHistoryDays}; got ${historyDays}.`,
  )
}

function parseHelpText(helpText: string): string {
  if (helpText.trim().length > 0 && helpText.length <= maxHelpTextLength) {
    if (!helpText.includes('\u0000')) return helpText
  }
  throw new InvalidInputError(
    'helpText',
    `\`helpText\` has 1 to ${maxHelpTextLength} UTF-16 code units, and none of them is U+0000; null answers nothing.`,
  )
}
