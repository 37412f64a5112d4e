import { z } from 'zod'
import type { Db, Tx } from '../db/client.ts'
import { Feature } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { defineJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { allFeatures, featuresBut } from './features.ts'

declare module '../graphql/context.ts' {
  interface Services {
    settings: Settings
  }
}

export type Settings = ReturnType<typeof createSettings>

/** RingCentral's mailboxes seldom hold more. */
export const longestHistoryDays = 365

export type TenantSettings = { on: ReadonlySet<Feature>; historyDays: number }

export type SettingsChange = {
  enable?: readonly Feature[] | null | undefined
  disable?: readonly Feature[] | null | undefined
  historyDays?: number | null | undefined
}

/** Does at RingCentral what a change of settings asks for. */
export const applySettingsJob = defineJob({
  name: 'apply-settings',
  payload: z.object({ tenantId: z.string(), switchedOn: z.array(z.enum(Feature)) }),
})

/** What a tenant has switched on, and switching it. */
export function createSettings({ db, queue }: { db: Db; queue: Pick<JobQueue, 'send'> }) {
  return {
    read: (tenantId: string) => settingsOf(db, tenantId),

    /** Switches features on and off and sets what is named; what stands so already stays. @throws InvalidInputError */
    async update(tenantId: string, change: SettingsChange): Promise<TenantSettings> {
      const { enable, disable, historyDays } = parse(change)
      return inTransaction(db, async (tx) => {
        // Held, so that of two changes at once neither undoes the other.
        await tx.$queryRaw`SELECT 1 FROM "Tenant" WHERE "id" = ${tenantId} FOR NO KEY UPDATE`
        const { on: before } = await settingsOf(tx, tenantId)
        const switchedOn = enable.filter((feature) => !before.has(feature))
        const switchedOff = disable.filter((feature) => before.has(feature))
        const disabledFeatures = allFeatures.filter(
          (feature) =>
            disable.includes(feature) || !(before.has(feature) || enable.includes(feature)),
        )
        await tx.tenant.update({
          where: { id: tenantId },
          data: { disabledFeatures, ...(historyDays != null && { historyDays }) },
        })
        if (switchedOn.length > 0 || switchedOff.length > 0) {
          await queue.send(tx, applySettingsJob, { tenantId, switchedOn })
        }
        return settingsOf(tx, tenantId)
      })
    },
  }
}

async function settingsOf(db: Db | Tx, tenantId: string): Promise<TenantSettings> {
  const { disabledFeatures, historyDays } = await db.tenant.findUniqueOrThrow({
    where: { id: tenantId },
    select: { disabledFeatures: true, historyDays: true },
  })
  return { on: featuresBut(disabledFeatures), historyDays }
}

function parse({ enable, disable, historyDays }: SettingsChange) {
  const [on, off] = [enable ?? [], disable ?? []]
  if (on.length === 0 && off.length === 0 && historyDays == null) {
    throw new InvalidInputError(
      'enable',
      'Say what to switch or to set: `enable`, `disable`, `historyDays`.',
    )
  }
  const both = on.find((feature) => off.includes(feature))
  if (both) throw new InvalidInputError('disable', `${both} is in \`enable\` and in \`disable\`.`)
  if (historyDays != null && (historyDays < 0 || historyDays > longestHistoryDays)) {
    throw new InvalidInputError(
      'historyDays',
      `\`historyDays\` is 0 (none) to ${longestHistoryDays}; got ${historyDays}.`,
    )
  }
  return { enable: on, disable: off, historyDays }
}
