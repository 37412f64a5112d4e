/** Texts that a company, or one of its people, keeps ready at RingCentral. */
import { z } from 'zod'
import type { CallApi } from './call-api.ts'
import { accountPath, extensionPath } from './paths.ts'
import { id, listOf, maybe } from './values.ts'

const template = z
  .object({ id, displayName: maybe(z.string()), body: z.object({ text: z.string() }) })
  .transform(({ id, displayName, body }) => ({
    id,
    name: displayName?.trim() || id,
    text: body.text,
  }))

export type MessageTemplateRecord = z.output<typeof template>

/** Everybody's of the company, or an extension's own. */
export type TemplateLevel = 'company' | 'personal'

export interface MessageTemplatesApi {
  /** All of them: there are at most 50 and 25. */
  list(level: TemplateLevel): Promise<MessageTemplateRecord[]>
}

const answer = z.object({ records: listOf(template) })

export function createMessageTemplatesApi(call: CallApi): MessageTemplatesApi {
  return {
    async list(level) {
      const rest = '/message-store-templates'
      if (level === 'company') {
        const path = accountPath(rest)
        return (await call({ operation: 'messageTemplates.listCompany', path, answer })).records
      }
      const { records } = await call({
        operation: 'messageTemplates.listPersonal',
        path: extensionPath(rest),
        query: { scope: 'Personal' },
        answer,
      })
      return records
    },
  }
}
