import { ExtensionNotFoundError, NotConnectedError } from '../extensions/errors.ts'
import {
  GrantLacksScopeError,
  RefusedByRingCentralError,
  RingCentralUnreachableError,
} from '../extensions/ringcentral-refusals.ts'
import { extensionIdDescription } from '../extensions/which-extension.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import { ErrorInterface } from '../graphql/error-types.ts'
import { RateLimitedError } from '../lib/errors.ts'
import { FeatureDisabledError } from '../tenants/errors.ts'
import { longestField, longestNotes } from './contact-fields.ts'
import { Contact } from './contact-schema.ts'
import { ContactNotFoundError, ContactUnconfirmedError } from './errors.ts'

const mayWrite = { scope: 'people:write' }

builder.objectType(ContactNotFoundError, {
  name: 'ContactNotFoundError',
  description: 'There is no such contact. Code CONTACT_NOT_FOUND.',
  interfaces: [ErrorInterface],
})
builder.objectType(ContactUnconfirmedError, {
  name: 'ContactUnconfirmedError',
  description:
    'RingCentral did not answer, and nobody knows whether it was done. Code CONTACT_UNCONFIRMED.',
  interfaces: [ErrorInterface],
})

const refusals = [
  NotConnectedError,
  GrantLacksScopeError,
  FeatureDisabledError,
  RefusedByRingCentralError,
  RateLimitedError,
  RingCentralUnreachableError,
  ContactUnconfirmedError,
]

const howLong = `At most ${longestField} characters each, \`notes\` at most ${longestNotes}.`

/** What a contact is made of. */
const fields = {
  firstName: 'The first name.',
  lastName: 'The last name.',
  company: 'The company.',
  jobTitle: 'The job title.',
  email: 'The mail address.',
  mobilePhone: 'The mobile number, best in E.164.',
  businessPhone: 'The number at work, best in E.164.',
  homePhone: 'The number at home, best in E.164.',
  notes: 'Notes.',
} as const

const CreateContactInput = builder.inputType('CreateContactInput', {
  description: `A new contact: at least one of its fields. ${howLong}`,
  fields: (t) => ({
    extensionId: t.id({
      required: true,
      description: `In whose address book, ${extensionIdDescription}.`,
    }),
    firstName: t.string({ description: fields.firstName }),
    lastName: t.string({ description: fields.lastName }),
    company: t.string({ description: fields.company }),
    jobTitle: t.string({ description: fields.jobTitle }),
    email: t.string({ description: fields.email }),
    mobilePhone: t.string({ description: fields.mobilePhone }),
    businessPhone: t.string({ description: fields.businessPhone }),
    homePhone: t.string({ description: fields.homePhone }),
    notes: t.string({ description: fields.notes }),
  }),
})

builder.mutationField('createContact', (t) =>
  t.field({
    type: Contact,
    description:
      'Adds a contact to the address book of an extension, at RingCentral and here. Scope `people:write`.',
    authScopes: mayWrite,
    errors: { types: [ExtensionNotFoundError, ...refusals] },
    args: { input: t.arg({ type: CreateContactInput, required: true, description: 'Whom.' }) },
    resolve: (_parent, { input }, context) =>
      context.services.contactChanges.create(tenantOf(context), input),
  }),
)

const UpdateContactInput = builder.inputType('UpdateContactInput', {
  description: `What to change. What is null or left out stays as it is; an empty text clears. ${howLong}`,
  fields: (t) => ({
    id: t.id({ required: true, description: 'The contact, `con_…`.' }),
    firstName: t.string({ description: fields.firstName }),
    lastName: t.string({ description: fields.lastName }),
    company: t.string({ description: fields.company }),
    jobTitle: t.string({ description: fields.jobTitle }),
    email: t.string({ description: fields.email }),
    mobilePhone: t.string({ description: fields.mobilePhone }),
    businessPhone: t.string({ description: fields.businessPhone }),
    homePhone: t.string({ description: fields.homePhone }),
    notes: t.string({ description: fields.notes }),
  }),
})

builder.mutationField('updateContact', (t) =>
  t.field({
    type: Contact,
    description: 'Changes a contact, at RingCentral and here. Scope `people:write`.',
    authScopes: mayWrite,
    errors: { types: [ContactNotFoundError, ...refusals] },
    args: { input: t.arg({ type: UpdateContactInput, required: true, description: 'What.' }) },
    resolve: (_parent, { input }, context) =>
      context.services.contactChanges.update(tenantOf(context), input),
  }),
)

const DeleteContactInput = builder.inputType('DeleteContactInput', {
  description: 'Which contact.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The contact, `con_…`.' }) }),
})

builder.mutationField('deleteContact', (t) =>
  t.field({
    type: Contact,
    description:
      'Deletes a contact, at RingCentral and here; answers what it was. Scope `people:write`.',
    authScopes: mayWrite,
    errors: { types: [ContactNotFoundError, ...refusals] },
    args: { input: t.arg({ type: DeleteContactInput, required: true, description: 'Which.' }) },
    resolve: (_parent, { input }, context) =>
      context.services.contactChanges.remove(tenantOf(context), input.id),
  }),
)
