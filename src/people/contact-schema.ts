import { idsByIndex } from '../db/by-index.ts'
import type { Prisma } from '../db/generated/client/client.ts'
import { Extension } from '../extensions/schema.ts'
import {
  checkExtensionId,
  extensionIdDescription,
  whichExtension,
} from '../extensions/which-extension.ts'
import { createBatch } from '../graphql/batch.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import type { Context } from '../graphql/context.ts'
import { pageSize } from '../graphql/pagination.ts'
import { asGateway } from '../lib/request-scope.ts'
import { patternOf, searchTerms } from './search-text.ts'

const mayRead = { scope: 'people:read' }

const ownerOf = createBatch(async (context: Context, ids: readonly string[]) => {
  const owners = await context.db.extension.findMany({
    where: { tenantId: tenantOf(context), id: { in: [...new Set(ids)] } },
  })
  const byId = new Map(owners.map((owner) => [owner.id, owner]))
  return ids.map((id) => byId.get(id) as (typeof owners)[number])
})

export const Contact = builder.prismaObject('Contact', {
  description: 'Somebody in the personal address book of an extension at RingCentral.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'For example `con_…`.' }),
    rcContactId: t.exposeString('rcContactId'),
    name: t.exposeString('name'),
    firstName: t.exposeString('firstName', { nullable: true, description: 'The first name.' }),
    lastName: t.exposeString('lastName', { nullable: true, description: 'The last name.' }),
    company: t.exposeString('company', { nullable: true, description: 'The company.' }),
    jobTitle: t.exposeString('jobTitle', { nullable: true, description: 'The job title.' }),
    email: t.exposeString('email', { nullable: true, description: 'The first mail address.' }),
    mobilePhone: t.exposeString('mobilePhone', {
      nullable: true,
      description: 'The mobile number, as it was written.',
    }),
    businessPhone: t.exposeString('businessPhone', {
      nullable: true,
      description: 'The number at work, as it was written.',
    }),
    homePhone: t.exposeString('homePhone', {
      nullable: true,
      description: 'The number at home, as it was written.',
    }),
    notes: t.exposeString('notes', { nullable: true, description: 'Notes of its owner.' }),
    phoneNumbers: t.exposeStringList('phoneNumbers'),
    // No relation, which would be looked for by the contact: one that was just deleted is answered as well.
    extension: t.field({
      type: Extension,
      description: 'Whose address book it is in.',
      resolve: ({ extensionRowId }, _args, context) => ownerOf(context, extensionRowId),
    }),
  }),
})

type Asked = { search?: string | null; extensionId?: string | null }

builder.queryField('contacts', (t) =>
  t.prismaConnection(
    {
      type: Contact,
      cursor: 'id',
      ...pageSize,
      description:
        'The personal contacts of an extension, or of all of them, by name. From a copy that is compared with RingCentral on asking, at most every ten minutes. Scope `people:read`.',
      authScopes: mayRead,
      args: {
        search: t.arg.string({
          description:
            'A part of a name, a company, a mail address or a phone number, as a person types it.',
        }),
        extensionId: t.arg.id({ description: `Of this extension, ${extensionIdDescription}.` }),
      },
      totalCount: async (_parent, args, context) => {
        const where = await whereContact(context, args)
        return asGateway(() => context.db.contact.count({ where }))
      },
      resolve: async (query, _parent, args, context) => {
        const where = await whereContact(context, args)
        await context.services.addressBooks.refresh(tenantOf(context), where.extensionRowId)
        const { take, skip, cursor, ...shown } = query
        const { contact } = context.db
        const page = { take, skip, cursor, where, orderBy: byName }
        const ids = await idsByIndex(() => contact.findMany({ ...page, select: { id: true } }))
        return contact.findMany({ ...shown, where: { id: { in: ids } }, orderBy: byName })
      },
    },
    { name: 'ContactConnection', description: 'A page of contacts.' },
    { name: 'ContactEdge', description: 'A contact and its place in the list.' },
  ),
)

const byName = [{ name: 'asc' }, { id: 'asc' }] satisfies Prisma.ContactOrderByWithRelationInput[]

async function whereContact(context: Context, { search, extensionId }: Asked) {
  const tenantId = tenantOf(context)
  if (extensionId != null) checkExtensionId(extensionId)
  const terms = searchTerms(search ?? '')
  const conditions: Prisma.ContactWhereInput[] = terms.map((term) => ({
    // Prisma puts a `%` before and after it.
    searchText: { contains: patternOf(term).slice(1, -1) },
  }))
  if (search?.trim() && terms.length === 0) conditions.push({ id: { in: [] } })
  return {
    tenantId,
    ...(extensionId && { extensionRowId: await whichExtension(context.db, tenantId, extensionId) }),
    AND: conditions,
  } satisfies Prisma.ContactWhereInput & { extensionRowId?: string }
}
