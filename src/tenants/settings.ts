import { z } from 'zod'
import type { Db } from '../db/client.ts'
import { Feature } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { defineJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { allFeatures, featuresBut, featuresOf } from './features.ts'

declare module '../graphql/context.ts' {
  interface Services {
    settings: Settings
  }
}

export type Settings = ReturnType<typeof createSettings>

export type SettingsChange = {
  enable?: readonly Feature[] | null | undefined
  disable?: readonly Feature[] | null | undefined
}

/** Does at RingCentral what a change of settings asks for. */
export const applySettingsJob = defineJob({
  name: 'apply-settings',
  payload: z.object({ tenantId: z.string(), switchedOn: z.array(z.enum(Feature)) }),
})

/** What a tenant has switched on, and switching it. */
export function createSettings({ db, queue }: { db: Db; queue: Pick<JobQueue, 'send'> }) {
  return {
    read: (tenantId: string): Promise<ReadonlySet<Feature>> => featuresOf(db, tenantId),

    /** Switches features on and off; what stands so already stays. @throws InvalidInputError */
    async update(tenantId: string, change: SettingsChange): Promise<ReadonlySet<Feature>> {
      const { enable, disable } = parse(change)
      return inTransaction(db, async (tx) => {
        // Held, so that of two changes at once neither undoes the other.
        await tx.$queryRaw`SELECT 1 FROM "Tenant" WHERE "id" = ${tenantId} FOR NO KEY UPDATE`
        const before = await featuresOf(tx, tenantId)
        const switchedOn = enable.filter((feature) => !before.has(feature))
        const switchedOff = disable.filter((feature) => before.has(feature))
        if (switchedOn.length === 0 && switchedOff.length === 0) return before
        const disabledFeatures = allFeatures.filter(
          (feature) =>
            disable.includes(feature) || !(before.has(feature) || enable.includes(feature)),
        )
        await tx.tenant.update({
          where: { id: tenantId },
          data: { disabledFeatures },
        })
        await queue.send(tx, applySettingsJob, { tenantId, switchedOn })
        return featuresBut(disabledFeatures)
      })
    },
  }
}

function parse({ enable, disable }: SettingsChange) {
  const [on, off] = [enable ?? [], disable ?? []]
  if (on.length === 0 && off.length === 0) {
    throw new InvalidInputError('enable', 'Say what to switch: `enable`, `disable` or both.')
  }
  const both = on.find((feature) => off.includes(feature))
  if (both) throw new InvalidInputError('disable', `${both} is in \`enable\` and in \`disable\`.`)
  return { enable: on, disable: off }
}
