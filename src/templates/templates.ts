import type { Db } from '../db/client.ts'
import { isUniqueViolation } from '../db/errors.ts'
import type { MessageTemplate } from '../db/generated/client/client.ts'
import type { Clock } from '../lib/clock.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { createId } from '../lib/ids.ts'
import { TemplateNameTakenError, TemplateNotFoundError, TemplateReadOnlyError } from './errors.ts'
import { parseTemplate, requireWellFormed } from './render.ts'

declare module '../graphql/context.ts' {
  interface Services {
    templates: Templates
  }
}

export type Templates = ReturnType<typeof createTemplates>

const longestName = 100
/** Longer than a text may be: what is filled in may be shorter than its placeholder. */
const longestText = 4000

type Given = { name?: string | null | undefined; text?: string | null | undefined }

/** The templates that a tenant makes. RingCentral's are read by syncTemplates, and changed there. */
export function createTemplates({ db, clock }: { db: Db; clock: Clock }) {
  async function findOwn(tenantId: string, id: string): Promise<MessageTemplate> {
    const template = await db.messageTemplate.findUnique({ where: { id, tenantId } })
    if (!template) throw new TemplateNotFoundError(id)
    if (template.source === 'RINGCENTRAL') throw new TemplateReadOnlyError(id)
    return template
  }

  /** A name belongs to one template: so a repeated request makes no second one. */
  async function naming<Result>(
    tenantId: string,
    name: string | undefined,
    write: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await write()
    } catch (error) {
      if (name === undefined || !isUniqueViolation(error)) throw error
      const holder = await db.messageTemplate.findUnique({
        where: { tenantId_source_key: { tenantId, source: 'GATEWAY', key: name } },
      })
      // It was deleted in between: then a second try finds the name free.
      if (!holder) return write()
      throw new TemplateNameTakenError(name, holder.id)
    }
  }

  return {
    /** @throws InvalidInputError, TemplateNameTakenError */
    async create(
      tenantId: string,
      input: { name: string; text: string },
    ): Promise<MessageTemplate> {
      const { name = '', text = '' } = parse(input)
      const now = clock.now()
      const facts = { tenantId, source: 'GATEWAY', key: name, name, text } as const
      return naming(tenantId, name, () =>
        db.messageTemplate.create({
          data: { id: createId('MessageTemplate'), ...facts, createdAt: now, updatedAt: now },
        }),
      )
    },

    /** @throws TemplateNotFoundError, TemplateReadOnlyError, InvalidInputError, TemplateNameTakenError */
    async update(
      tenantId: string,
      { id, ...input }: { id: string } & Given,
    ): Promise<MessageTemplate> {
      const change = parse(input)
      await findOwn(tenantId, id)
      const { name } = change
      const [template] = await naming(tenantId, name, () =>
        db.messageTemplate.updateManyAndReturn({
          where: { id, tenantId },
          data: { ...change, ...(name !== undefined && { key: name }), updatedAt: clock.now() },
        }),
      )
      if (!template) throw new TemplateNotFoundError(id)
      return template
    },

    /** @throws TemplateNotFoundError, TemplateReadOnlyError */
    async remove(tenantId: string, id: string): Promise<MessageTemplate> {
      const template = await findOwn(tenantId, id)
      // Of two at once, one has deleted it.
      const { count } = await db.messageTemplate.deleteMany({ where: { id, tenantId } })
      if (count === 0) throw new TemplateNotFoundError(id)
      return template
    },
  }
}

function parse(given: Given): { name?: string; text?: string } {
  const name = given.name?.trim()
  if (name !== undefined) requireLength('name', name, longestName)
  const { text } = given
  if (text == null) return { ...(name !== undefined && { name }) }
  requireLength('text', text.trim(), longestText)
  requireWellFormed(parseTemplate(text))
  return { ...(name !== undefined && { name }), text }
}

function requireLength(field: string, value: string, limit: number): void {
  if (value.length === 0 || value.length > limit) {
    throw new InvalidInputError(
      field,
      `\`${field}\` has 1 to ${limit} characters, not ${value.length}.`,
    )
  }
  // Postgres cannot store it.
  if (value.includes('\u0000')) {
    throw new InvalidInputError(field, `\`${field}\` contains the character U+0000: remove it.`)
  }
  if (!value.isWellFormed()) {
    throw new InvalidInputError(
      field,
      `\`${field}\` contains half a character (a lone surrogate): remove it.`,
    )
  }
}
