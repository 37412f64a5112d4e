import { resolveOffsetConnection } from '@pothos/plugin-relay'
import { connectedExtension } from '../extensions/connected-extension.ts'
import { Extension } from '../extensions/schema.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import type { Context } from '../graphql/context.ts'
import { topLevelError } from '../graphql/errors.ts'
import { pageSize } from '../graphql/pagination.ts'
import { FeatureDisabledError } from '../tenants/errors.ts'
import { isOn } from '../tenants/features.ts'
import { countDirectory, longestSearch, searchDirectory } from './search-directory.ts'

const mayRead = { scope: 'people:read' }

export const DirectoryEntry = builder.prismaObject('DirectoryEntry', {
  description: 'A person, call queue or room of a company at RingCentral, connected or not.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'For example `dir_…`.' }),
    extensionId: t.exposeString('extensionId'),
    rcAccountId: t.exposeString('rcAccountId'),
    type: t.exposeString('type'),
    status: t.exposeString('status', { nullable: true }),
    name: t.exposeString('name'),
    extensionNumber: t.exposeString('extensionNumber', { nullable: true }),
    email: t.exposeString('email', { nullable: true, description: 'The mail address.' }),
    department: t.exposeString('department', { nullable: true, description: 'The department.' }),
    jobTitle: t.exposeString('jobTitle', { nullable: true, description: 'The job title.' }),
    phoneNumbers: t.exposeStringList('phoneNumbers'),
    extension: t.field({
      type: Extension,
      nullable: true,
      description: 'Its connection to the gateway; null when this person has never connected.',
      authScopes: { scope: 'extensions:read' },
      resolve: ({ extensionId }, _args, context) => connectedExtension(context, extensionId),
    }),
  }),
})

type Found = { search: string | null | undefined; isBeyond: boolean }

builder.queryField('directory', (t) =>
  t.connection(
    {
      type: DirectoryEntry,
      description:
        'The people of the companies that are connected, from a copy of RingCentral’s directory: fit to be asked while somebody types. The best matches first; without `search` by name. Scope `people:read`.',
      authScopes: mayRead,
      args: {
        search: t.arg.string({
          description:
            'A part of a name, an extension number, a mail address or a phone number, as a person types it: `ava`, `101`, `(202) 555-01`. Several words must all be found. Words of one or two letters are found at the beginning of a word.',
        }),
      },
      resolve: async (_parent, { search, ...page }, context) => {
        if (search && search.length > longestSearch) {
          throw topLevelError(
            'BAD_USER_INPUT',
            `\`search\` has ${search.length} characters; at most ${longestSearch} are allowed.`,
          )
        }
        const tenantId = tenantOf(context)
        await context.services.directory.refresh(tenantId)
        const totalCount =
          page.last && !page.before ? await countDirectory(context.db, tenantId, search) : undefined
        const connection = await resolveOffsetConnection(
          { ...pageSize, args: page, totalCount },
          (part) => searchDirectory(context.db, tenantId, search, part),
        )
        const isBeyond = page.after != null || page.before != null
        return { ...withoutEmptyPlaces(connection), search, isBeyond } satisfies Found
      },
    },
    {
      name: 'DirectoryConnection',
      description: 'A page of the directory.',
      fields: (u) => ({
        totalCount: u.int({
          resolve: (found, _args, context) =>
            countDirectory(context.db, tenantOf(context), (found as unknown as Found).search),
        }),
        asOf: u.field({
          type: 'DateTime',
          nullable: true,
          description:
            'As of when the copy is. RingCentral tells of changes, and after four hours it is read again. Null when it could not be read yet.',
          resolve: (_found, _args, context) => context.services.directory.asOf(tenantOf(context)),
        }),
        emptyHint: u.string({
          nullable: true,
          description: 'Why nobody was found and what to do, for a person; null when somebody was.',
          resolve: async (found, _args, context) =>
            found.edges?.length ? null : emptyHint(context, found as unknown as Found),
        }),
      }),
    },
    { name: 'DirectoryEdge', description: 'A person and their place in the list.' },
  ),
)

/** An empty page has no first and no last: the cursors that Pothos makes up for it lead nowhere. */
function withoutEmptyPlaces<Page extends { edges: unknown; pageInfo: object }>(page: Page): Page {
  if (!Array.isArray(page.edges) || page.edges.length > 0) return page
  return { ...page, pageInfo: { ...page.pageInfo, startCursor: null, endCursor: null } }
}

async function emptyHint(context: Context, { search, isBeyond }: Found): Promise<string> {
  if (!(await isOn(context.db, tenantOf(context), 'DIRECTORY'))) {
    return new FeatureDisabledError('DIRECTORY').message
  }
  if (!(await context.services.directory.asOf(tenantOf(context)))) {
    return 'The directory has not been read yet. Connect an extension whose grant includes RingCentral’s scope ReadAccounts, then ask again.'
  }
  if (isBeyond || !search?.trim()) return 'There is nothing beyond this place in the list.'
  return `Nobody matches ${JSON.stringify(search)}: check the spelling. The user must exist in RingCentral: an admin adds them there, and they are found here within minutes.`
}
