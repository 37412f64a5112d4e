import type { PhoneNumber as PhoneNumberRow } from '../db/generated/client/client.ts'
import { builder, tenantOf, tenantWith } from '../graphql/builder.ts'
import type { Context } from '../graphql/context.ts'
import { ErrorInterface } from '../graphql/error-types.ts'
import { narrowed, rowsWithin, within } from '../graphql/narrowing.ts'
import { pageSize } from '../graphql/pagination.ts'
import {
  InternationalNotAllowedError,
  InvalidPhoneNumberError,
  NumberNotFoundError,
  SenderNotRegisteredError,
} from './errors.ts'
import { isHighVolume } from './high-volume.ts'
import { isUnregistered, type RegistrationStatus, registrationStatusOf } from './registration.ts'
import { isNumberWithin, whereNumberWithin } from './within.ts'

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

builder.objectType(SenderNotRegisteredError, {
  name: 'SenderNotRegisteredError',
  description:
    'The number has no confirmed messaging campaign (TCR), so that carriers would refuse its texts. Code SENDER_NOT_REGISTERED.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    number: t.exposeString('number', { description: 'The number in E.164.' }),
    campaignStatus: t.exposeString('campaignStatus', {
      nullable: true,
      description: 'RingCentral’s word for how far its campaign has come; null if it has none.',
    }),
  }),
})

builder.objectType(InternationalNotAllowedError, {
  name: 'InternationalNotAllowedError',
  description:
    'The number lacks the feature InternationalSmsSender, and a recipient is abroad. Code INTERNATIONAL_NOT_ALLOWED.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    number: t.exposeString('number', { description: 'The number in E.164.' }),
    recipients: t.exposeStringList('recipients', { description: 'Those abroad, in E.164.' }),
  }),
})

const NumberRegistrationStatus = builder.enumType('NumberRegistrationStatus', {
  description: 'Whether carriers know who texts from a number, and what for.',
  values: {
    REGISTERED: { description: 'Its campaign is confirmed.' },
    PENDING: { description: 'Its campaign is not confirmed yet: carriers refuse its texts.' },
    REJECTED: { description: 'Its campaign was refused: carriers refuse its texts.' },
    ENDED: { description: 'Its campaign has ended or is suspended: carriers refuse its texts.' },
    NOT_REGISTERED: { description: 'It has no campaign: carriers refuse its texts.' },
    NOT_NEEDED: { description: 'It is not of the United States or Canada.' },
    UNKNOWN: {
      description:
        'It has not been read yet; or the number is toll-free or a high-volume one without a campaign, and RingCentral does not tell whether it is verified.',
    },
  } as const satisfies Record<RegistrationStatus, { description: string }>,
})

const NumberRegistration = builder.objectRef<PhoneNumberRow>('NumberRegistration').implement({
  description:
    'The registration of a number with the carriers (The Campaign Registry). Read when numbers are discovered, and daily.',
  fields: (t) => ({
    status: t.field({
      type: NumberRegistrationStatus,
      description: 'How it stands.',
      resolve: registrationStatusOf,
    }),
    campaign: t.exposeString('campaignId', {
      nullable: true,
      description: 'The campaign that it texts under; null if there is none.',
    }),
    campaignStatus: t.exposeString('campaignStatus', {
      nullable: true,
      description: 'RingCentral’s word for how far that has come, for example `Confirmed`.',
    }),
    tier: t.exposeString('campaignTier', {
      nullable: true,
      description: 'The campaign’s tier at RingCentral, which limits how much it may send a day.',
    }),
    useCases: t.exposeStringList('campaignUseCases', {
      description: 'What the campaign was registered for, for example `CustomerCare`.',
    }),
    readAt: t.expose('registrationReadAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When RingCentral was asked; null if not yet.',
    }),
  }),
})

builder.prismaNode('PhoneNumber', {
  nullable: true,
  description: 'An SMS-capable phone number, owned for sending by one extension.',
  extensions: rowsWithin(isNumberWithin),
  authScopes: { scope: 'extensions:read' },
  id: { field: 'id', description: 'For example `num_…`.' },
  findUnique: (id, context) => ({
    id,
    tenantId: tenantWith(context, 'extensions:read'),
    AND: within(context, whereNumberWithin),
  }),
  fields: (t) => ({
    phoneNumber: t.exposeString('phoneNumber'),
    label: t.exposeString('label', { nullable: true }),
    usageType: t.exposeString('usageType', { nullable: true }),
    features: t.exposeStringList('features'),
    canSendSms: t.boolean({
      description:
        'Whether texts from it are taken, as far as is known: it has the feature, and is registered where that is needed.',
      resolve: (number) => canText(number) && !isUnregistered(number),
    }),
    canSendMms: t.boolean({
      description: 'The same for pictures.',
      resolve: (number) => number.features.includes('MmsSender') && !isUnregistered(number),
    }),
    highVolume: t.boolean({
      description:
        'Whether it texts by RingCentral’s high-volume service (A2P, its feature A2PSmsSender): within the United States and Canada, one person at a time, words alone. Needs the scope A2PSMS.',
      resolve: isHighVolume,
    }),
    registration: t.field({
      type: NumberRegistration,
      description: 'Whether carriers know who texts from it.',
      resolve: (number) => number,
    }),
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
      extensions: narrowed,
      authScopes: { scope: 'extensions:read' },
      totalCount: (_parent, _args, context) =>
        context.db.phoneNumber.count({ where: whereNumber(context) }),
      resolve: (query, _parent, _args, context) =>
        context.db.phoneNumber.findMany({
          ...query,
          where: whereNumber(context),
          orderBy: [{ phoneNumber: 'asc' }, { id: 'asc' }],
        }),
    },
    { name: 'PhoneNumberConnection', description: 'A page of phone numbers.' },
    { name: 'PhoneNumberEdge', description: 'A phone number and its place in the list.' },
  ),
)

function whereNumber(context: Context) {
  return { tenantId: tenantOf(context), ...within(context, whereNumberWithin) }
}

function canText(number: PhoneNumberRow): boolean {
  return number.features.includes('SmsSender') || isHighVolume(number)
}
