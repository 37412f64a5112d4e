import type { Prisma } from '../db/generated/client/client.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import { pageSize } from '../graphql/pagination.ts'
import { type Placeholder, parseTemplate, placeholdersOf } from './render.ts'

const mayRead = { scope: 'messages:read' }

const TemplateSource = builder.enumType('MessageTemplateSource', {
  description: 'Where a template comes from.',
  values: {
    GATEWAY: { description: 'Made with `createMessageTemplate`.' },
    RINGCENTRAL: {
      description: 'Read from RingCentral on connection and daily; changed there, not here.',
    },
  } as const,
})

const TemplatePlaceholder = builder.objectRef<Placeholder>('TemplatePlaceholder').implement({
  description: 'Something that is to be filled in.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name, as `values` gives it.' }),
    fallback: t.exposeString('fallback', {
      nullable: true,
      description: 'What stands there when no value is given; null: one has to be given.',
    }),
  }),
})

export const MessageTemplate = builder.prismaObject('MessageTemplate', {
  description:
    'A text with placeholders, `{{name}}` or `{{name|fallback}}`, to be filled in and sent.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'For example `tpl_…`.' }),
    source: t.expose('source', { type: TemplateSource, description: 'Where it comes from.' }),
    name: t.exposeString('name'),
    text: t.exposeString('text'),
    placeholders: t.field({
      type: [TemplatePlaceholder],
      description: 'What is to be filled in, each once, in the order of the text.',
      resolve: ({ text }) => placeholdersOf(parseTemplate(text)),
    }),
    isPersonal: t.boolean({
      description: 'RINGCENTRAL: whether it is one extension’s own, and not the whole company’s.',
      resolve: ({ extensionRowId }) => extensionRowId !== null,
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When it was made, or first read from RingCentral.',
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When its name or text last changed, as far as is known here.',
    }),
  }),
})

const TemplateFilter = builder.inputType('MessageTemplateFilter', {
  description: 'Which templates. Everything given must hold.',
  fields: (t) => ({
    search: t.string({ description: 'With this in the name or in the text, in any case.' }),
    source: t.field({ type: TemplateSource, description: 'Of this source.' }),
  }),
})

builder.queryField('messageTemplate', (t) =>
  t.prismaField({
    type: MessageTemplate,
    nullable: true,
    description: 'One template; null if there is none with this id. Scope `messages:read`.',
    authScopes: mayRead,
    args: { id: t.arg.id({ required: true, description: 'The template’s id, `tpl_…`.' }) },
    resolve: (query, _parent, { id }, context) =>
      context.db.messageTemplate.findUnique({
        ...query,
        where: { id, tenantId: tenantOf(context) },
      }),
  }),
)

builder.queryField('messageTemplates', (t) =>
  t.prismaConnection(
    {
      type: MessageTemplate,
      cursor: 'id',
      ...pageSize,
      description: 'Templates, by name. Scope `messages:read`.',
      authScopes: mayRead,
      args: {
        filter: t.arg({ type: TemplateFilter, description: 'Which ones; all if left out.' }),
      },
      totalCount: (_parent, { filter }, context) =>
        context.db.messageTemplate.count({ where: whereTemplate(tenantOf(context), filter) }),
      resolve: (query, _parent, args, context) => {
        return context.db.messageTemplate.findMany({
          ...query,
          where: whereTemplate(tenantOf(context), args.filter),
          orderBy: [{ name: 'asc' }, { id: 'asc' }],
        })
      },
    },
    { name: 'MessageTemplateConnection', description: 'A page of templates.' },
    { name: 'MessageTemplateEdge', description: 'A template and its place in the list.' },
  ),
)

function whereTemplate(
  tenantId: string,
  filter: typeof TemplateFilter.$inferInput | null | undefined,
): Prisma.MessageTemplateWhereInput {
  // Prisma gives `%` and `_` to LIKE as they are, and Postgres cannot be asked for U+0000.
  const search = filter?.search?.replace(/[\\%_]/g, '\\$&').replaceAll('\u0000', '')
  const contains = { contains: search, mode: 'insensitive' } as const
  return {
    tenantId,
    ...(filter?.source && { source: filter.source }),
    ...(search && { OR: [{ name: contains }, { text: contains }] }),
  }
}
