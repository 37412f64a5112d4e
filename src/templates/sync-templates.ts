import type { Db, Tx } from '../db/client.ts'
import type { Extension } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { covers } from '../extensions/covers.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { holdConnected } from '../extensions/hold-connected.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { Clock } from '../lib/clock.ts'
import { createId } from '../lib/ids.ts'
import type { Logger } from '../lib/logger.ts'
import { RingCentralRefusedError } from '../ringcentral/errors.ts'
import type { MessageTemplateRecord, TemplateLevel } from '../ringcentral/message-templates.ts'
import { syncTemplatesJob } from './jobs.ts'

/** The rest of the Light calls stays with syncs and what people wait for. */
const share = 0.5

/**
 * Makes our copy of the templates that an extension sees at RingCentral what they are there: its own, and
 * the company's, which all of its extensions read. What cannot be read stays as it was.
 */
export const syncTemplates = ({
  db,
  access,
  clock,
  logger,
}: {
  db: Db
  access: ExtensionAccess
  clock: Clock
  logger: Logger
}) => {
  return implementJob(syncTemplatesJob, async ({ extensionRowId }) => {
    const extension = await db.extension.findUnique({ where: { id: extensionRowId } })
    if (!extension || !covers(extension, 'ReadAccounts')) return
    for (const level of ['company', 'personal'] as const) {
      const templates = await read(extension, level)
      if (templates) await write(extension, level, templates)
    }
  })

  async function read({ id }: Extension, level: TemplateLevel) {
    try {
      return await access.call(id, ({ messageTemplates }) => messageTemplates.list(level), {
        share,
      })
    } catch (error) {
      if (error instanceof NotConnectedError) return undefined
      if (!(error instanceof RingCentralRefusedError)) throw error
      logger.warn({ err: error, extension: id }, 'RingCentral’s templates could not be read')
      return undefined
    }
  }

  function write(
    extension: Extension,
    level: TemplateLevel,
    templates: MessageTemplateRecord[],
  ): Promise<void> {
    return inTransaction(db, async (tx) => {
      // Waits for a disconnect that is under way, which deletes the copy.
      if (!(await holdConnected(tx, extension.id))) return
      const { id, tenantId, rcAccountId } = extension
      const isPersonal = level === 'personal'
      const owner = { rcAccountId, extensionRowId: isPersonal ? id : null }
      const source = 'RINGCENTRAL' as const
      const keyOf = ({ id }: MessageTemplateRecord) =>
        `${isPersonal ? extension.extensionId : rcAccountId}:${id}`
      await tx.messageTemplate.deleteMany({
        where: { tenantId, source, ...owner, key: { notIn: templates.map(keyOf) } },
      })
      // In one order: several extensions may write the same company's at once.
      const inOrder = templates.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
      for (const template of inOrder) {
        await save(tx, { tenantId, source, key: keyOf(template), ...owner }, template)
      }
    })
  }

  async function save(
    tx: Tx,
    place: {
      tenantId: string
      source: 'RINGCENTRAL'
      key: string
      rcAccountId: string
      extensionRowId: string | null
    },
    { name, text }: MessageTemplateRecord,
  ): Promise<void> {
    const { tenantId, source, key } = place
    const now = clock.now()
    await tx.messageTemplate.createMany({
      data: {
        id: createId('MessageTemplate'),
        ...place,
        name,
        text,
        createdAt: now,
        updatedAt: now,
      },
      skipDuplicates: true,
    })
    await tx.messageTemplate.updateMany({
      where: { tenantId, source, key, NOT: { name, text } },
      data: { name, text, updatedAt: now },
    })
  }
}
