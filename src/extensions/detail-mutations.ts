import { builder, tenantOf } from '../graphql/builder.ts'
import { RateLimitedError } from '../lib/errors.ts'
import { longestDetail } from './detail-change.ts'
import { ExtensionNotFoundError, NotConnectedError } from './errors.ts'
import {
  GrantLacksScopeError,
  RefusedByRingCentralError,
  RingCentralUnreachableError,
} from './ringcentral-refusals.ts'
import { Extension } from './schema.ts'
import { extensionIdDescription } from './which-extension.ts'

const UpdateExtensionInput = builder.inputType('UpdateExtensionInput', {
  description: `What to change. What is null or left out stays as it is; an empty text clears. At most ${longestDetail} characters each.`,
  fields: (t) => ({
    extensionId: t.id({ required: true, description: `Which one, ${extensionIdDescription}.` }),
    firstName: t.string({ description: 'The first name, which cannot be empty.' }),
    lastName: t.string({ description: 'The last name.' }),
    company: t.string({ description: 'The company.' }),
    department: t.string({ description: 'The department.' }),
    jobTitle: t.string({ description: 'The job title.' }),
    email: t.string({
      description:
        'The mail address, which cannot be empty. At RingCentral its user may sign in with it.',
    }),
    businessPhone: t.string({ description: 'The number at work, in E.164.' }),
    mobilePhone: t.string({ description: 'The mobile number, in E.164.' }),
  }),
})

builder.mutationField('updateExtension', (t) =>
  t.prismaField({
    type: Extension,
    description:
      'Changes who the user of an extension is, at RingCentral and here, where the grant covers its scope EditExtensions. `extensionChanged` tells of it. Scope `extensions:write`.',
    authScopes: { scope: 'extensions:write' },
    errors: {
      types: [
        ExtensionNotFoundError,
        NotConnectedError,
        GrantLacksScopeError,
        RefusedByRingCentralError,
        RateLimitedError,
        RingCentralUnreachableError,
      ],
    },
    args: { input: t.arg({ type: UpdateExtensionInput, required: true, description: 'What.' }) },
    resolve: (_query, _parent, { input }, context) =>
      context.services.updateExtension(tenantOf(context), input),
  }),
)
