import { builder, tenantOf } from '../graphql/builder.ts'
import { topLevelError } from '../graphql/errors.ts'
import { DirectoryEntry } from './directory-schema.ts'
import { type Suggestion, suggestMappings } from './suggest-mappings.ts'

/** More is asked for in several questions. */
const mostUsers = 1000

const SuggestionOutcome = builder.enumType('UserMappingSuggestionOutcome', {
  description: 'Whether a mapping is suggested, or why not.',
  values: {
    SUGGESTED: {
      description: 'One enabled RingCentral user has this mail address: `extensionId`.',
    },
    MAPPED: { description: 'The user is mapped already.' },
    EXTENSION_MAPPED: { description: 'The RingCentral user is mapped to another user already.' },
    NOT_FOUND: {
      description:
        'No RingCentral user has this mail address. The user must exist in RingCentral; an extension that is not assigned has none.',
    },
    NOT_ENABLED: {
      description:
        'The RingCentral user is disabled, frozen, not activated or not assigned: an administrator of the company changes that at RingCentral.',
    },
    AMBIGUOUS: {
      description:
        'Several RingCentral users have this mail address, or you ask it for several users.',
    },
  } as const,
})

const UserMappingSuggestion = builder.objectRef<Suggestion>('UserMappingSuggestion').implement({
  description: 'Who in RingCentral a user of your application could be.',
  fields: (t) => ({
    userId: t.exposeString('userId', { description: 'Your own id of the user, as given.' }),
    email: t.exposeString('email', { description: 'The mail address, as given.' }),
    outcome: t.expose('outcome', {
      type: SuggestionOutcome,
      description: 'Whether one is suggested, or why not.',
    }),
    extensionId: t.string({
      nullable: true,
      description:
        'For `mapUser`: RingCentral’s id of the extension; null unless one is suggested.',
      resolve: ({ outcome, candidates }) =>
        outcome === 'SUGGESTED' ? (candidates[0]?.extensionId ?? null) : null,
    }),
    candidates: t.field({
      type: [DirectoryEntry],
      description: 'Whom this mail address names, suggested or not.',
      resolve: ({ candidates }) => candidates,
    }),
  }),
})

const UserToMap = builder.inputType('UserToMap', {
  description: 'A user of your application.',
  fields: (t) => ({
    userId: t.string({ required: true, description: 'Your own id of the user.' }),
    email: t.string({ required: true, description: 'Their mail address, in whatever case.' }),
  }),
})

const SuggestUserMappingsInput = builder.inputType('SuggestUserMappingsInput', {
  description: 'Whose RingCentral users to look for.',
  fields: (t) => ({
    users: t.field({
      type: [UserToMap],
      required: true,
      description: `Users of your application, at most ${mostUsers}.`,
    }),
  }),
})

builder.queryField('suggestUserMappings', (t) =>
  t.field({
    type: [UserMappingSuggestion],
    description:
      'Who in RingCentral your users could be, by mail address; one line for each, in your order. Changes nothing: `mapUser` does. Scope `people:read`.',
    authScopes: { scope: 'people:read' },
    args: {
      input: t.arg({ type: SuggestUserMappingsInput, required: true, description: 'Whose.' }),
    },
    resolve: async (_parent, { input }, context) => {
      if (input.users.length > mostUsers) {
        throw topLevelError(
          'BAD_USER_INPUT',
          `\`users\` has ${input.users.length} lines; at most ${mostUsers} are allowed.`,
        )
      }
      const tenantId = tenantOf(context)
      await context.services.directory.refresh(tenantId)
      return suggestMappings(context.db, tenantId, input.users)
    },
  }),
)
