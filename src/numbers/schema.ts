import { builder, tenantOf, tenantWith } from '../graphql/builder.ts'
import { ErrorInterface } from '../graphql/error-types.ts'
import { pageSize } from '../graphql/pagination.ts'
import { InvalidPhoneNumberError, NumberNotFoundError } from './errors.ts'

builder.objectType(InvalidPhoneNumberError, {
  name: 'InvalidPhoneNumberError',
  description: 'Something given as a phone number is none. Code INVALID_PHONE_NUMBER.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    given: t.exposeString('given', { description: 'What was given.' }),
  }),
})

builder.objectType(NumberNotFoundError, {
  name: 'NumberNotFoundError',
  description: 'No connected extension can send from this number. Code NUMBER_NOT_FOUND.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    number: t.exposeString('number', { description: 'The number in E.164.' }),
  }),
})

builder.prismaNode('PhoneNumber', {
  nullable: true,
  description: 'An SMS-capable phone number, owned for sending by one extension.',
  authScopes: { scope: 'extensions:read' },
  id: { field: 'id', description: 'For example `num_…`.' },
  findUnique: (id, context) => ({ id, tenantId: tenantWith(context, 'extensions:read') }),
  fields: (t) => ({
    phoneNumber: t.exposeString('phoneNumber'),
    label: t.exposeString('label', { nullable: true }),
    usageType: t.exposeString('usageType', { nullable: true }),
    features: t.exposeStringList('features'),
    discoveredAt: t.expose('discoveredAt', {
      type: 'DateTime',
      description: 'When it was last read from RingCentral.',
    }),
    extension: t.relation('extension', { description: 'The extension that sends from it.' }),
  }),
})

builder.queryField('phoneNumbers', (t) =>
  t.prismaConnection(
    {
      type: 'PhoneNumber',
      cursor: 'id',
      ...pageSize,
      description: 'The numbers that can send and receive texts. Scope `extensions:read`.',
      authScopes: { scope: 'extensions:read' },
      totalCount: (_parent, _args, context) =>
        context.db.phoneNumber.count({ where: { tenantId: tenantOf(context) } }),
      resolve: (query, _parent, _args, context) =>
        context.db.phoneNumber.findMany({
          ...query,
          where: { tenantId: tenantOf(context) },
          orderBy: [{ phoneNumber: 'asc' }, { id: 'asc' }],
        }),
    },
    { name: 'PhoneNumberConnection', description: 'A page of phone numbers.' },
    { name: 'PhoneNumberEdge', description: 'A phone number and its place in the list.' },
  ),
)
