import {
  ExtensionAlreadyMappedError,
  ExtensionNotFoundError,
  UserAlreadyMappedError,
  UserNotMappedError,
} from '../extensions/errors.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import { UserMapping } from './mapping-schema.ts'

const mayWrite = { scope: 'people:write' }

const MapUserInput = builder.inputType('MapUserInput', {
  description: 'Who is who.',
  fields: (t) => ({
    userId: t.string({
      required: true,
      description: 'Your own id of the user, 1 to 255 characters.',
    }),
    extensionId: t.id({
      required: true,
      description:
        'The RingCentral user: the `extensionId` of somebody in `directory`, connected or not; or the `id` (`ext_…`) of an extension.',
    }),
  }),
})

builder.mutationField('mapUser', (t) =>
  t.field({
    type: UserMapping,
    description:
      'Says that a user of your application is this RingCentral user: one user to one extension, and back. The same pair again changes nothing. Scope `people:write`.',
    authScopes: mayWrite,
    errors: {
      types: [ExtensionNotFoundError, UserAlreadyMappedError, ExtensionAlreadyMappedError],
    },
    args: { input: t.arg({ type: MapUserInput, required: true, description: 'Who is who.' }) },
    resolve: (_parent, { input }, context) =>
      context.services.mappings.map(tenantOf(context), input),
  }),
)

const UnmapUserInput = builder.inputType('UnmapUserInput', {
  description: 'Whose mapping to take back.',
  fields: (t) => ({
    userId: t.string({ required: true, description: 'Your own id of the user.' }),
  }),
})

builder.mutationField('unmapUser', (t) =>
  t.field({
    type: UserMapping,
    description:
      'Takes a mapping back; answers what it was. The extension stays connected. Scope `people:write`.',
    authScopes: mayWrite,
    errors: { types: [UserNotMappedError] },
    args: { input: t.arg({ type: UnmapUserInput, required: true, description: 'Whose.' }) },
    resolve: (_parent, { input }, context) =>
      context.services.mappings.unmap(tenantOf(context), input.userId),
  }),
)
