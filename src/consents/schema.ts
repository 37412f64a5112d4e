import { builder, tenantOf } from '../graphql/builder.ts'
import { pageSize } from '../graphql/pagination.ts'
import { InvalidPhoneNumberError } from '../numbers/errors.ts'
import { parsePhoneNumber } from '../numbers/parse-phone-number.ts'
import { optInWords, optOutWords } from './keywords.ts'

const mayRead = { scope: 'consents:read' }

export const ConsentStatus = builder.enumType('ConsentStatus', {
  description: 'Whether somebody wants texts from a number.',
  values: {
    OPTED_IN: { description: 'They want them, or want them again.' },
    OPTED_OUT: {
      description: 'They want no more: `sendSms` refuses, and what waited is CANCELED.',
    },
  } as const,
})

const ConsentSource = builder.enumType('ConsentSource', {
  description: 'How we know.',
  values: {
    KEYWORD: {
      description: `They texted a keyword and nothing else, in whatever case: ${optOutWords.join(', ')}, whatever signs stand around it; or ${optInWords.join(', ')}, exactly.`,
    },
    API: { description: 'You set it, with `setConsent`.' },
    RINGCENTRAL: {
      description: 'RingCentral told: from its own records, or when it refused to deliver a text.',
    },
  } as const,
})

export const Consent = builder.prismaObject('Consent', {
  description:
    'Whether somebody wants texts from one of your numbers. A pair, not a person: another number of yours may still text them. Where there is none, nobody has said anything.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'For example `cst_…`.' }),
    number: t.exposeString('number', { description: 'Your number, in E.164.' }),
    other: t.exposeString('other', { description: 'Their number, in E.164.' }),
    status: t.expose('status', { type: ConsentStatus, description: 'What they want.' }),
    source: t.expose('source', { type: ConsentSource, description: 'How we know.' }),
    changedAt: t.expose('changedAt', {
      type: 'DateTime',
      description: 'Since when: when they said so, which may be long before we heard of it.',
    }),
    keyword: t.exposeString('keyword', {
      nullable: true,
      description: 'KEYWORD: what they texted, in upper case; null otherwise.',
    }),
    messageId: t.exposeID('messageId', {
      nullable: true,
      description: 'KEYWORD: the message it came in with, `msg_…`; null otherwise.',
    }),
    note: t.exposeString('note', {
      nullable: true,
      description: 'API: your own words on it; null otherwise.',
    }),
    mirrored: t.boolean({
      description:
        'Whether RingCentral knows it as well. What it does not know by itself it is told within seconds; that takes RingCentral’s scope SMS (`Extension.capabilities`: SYNC_CONSENTS).',
      resolve: ({ toTell, mirrorError }) => !toTell && mirrorError === null,
    }),
    mirrorError: t.exposeString('mirrorError', {
      nullable: true,
      description:
        'RingCentral’s code, or the gateway’s (GRANT_LACKS_SCOPE, NUMBER_NOT_FOUND), of why RingCentral does not take it; then it holds in the gateway alone, and RingCentral is asked again when the extension connects and every day. Null otherwise.',
    }),
  }),
})

builder.queryField('consent', (t) =>
  t.prismaField({
    type: Consent,
    nullable: true,
    description:
      'What is known of whether somebody wants texts from one of your numbers; null if nothing is, or something is no phone number. Scope `consents:read`.',
    authScopes: mayRead,
    args: {
      number: t.arg.string({ required: true, description: 'Your number, in E.164.' }),
      other: t.arg.string({ required: true, description: 'Their number, in E.164.' }),
    },
    resolve: (_query, _parent, given, context) =>
      context.services.consents.find(tenantOf(context), given).catch((error) => {
        if (error instanceof InvalidPhoneNumberError) return null
        throw error
      }),
  }),
)

const OptOutFilter = builder.inputType('OptOutFilter', {
  description: 'Which opt-outs. Everything given must hold.',
  fields: (t) => ({
    number: t.string({ description: 'From this number of yours, in E.164.' }),
    other: t.string({ description: 'Of this number of theirs, in E.164.' }),
    optedOutFrom: t.field({
      type: 'DateTime',
      description: 'Who opted out at this moment or later.',
    }),
  }),
})

type Filter = typeof OptOutFilter.$inferInput

function whereOut(tenantId: string, filter: Filter | null | undefined) {
  const { number, other, optedOutFrom } = filter ?? {}
  return {
    tenantId,
    status: 'OPTED_OUT',
    ...(number != null && { number: asNumber(number) }),
    ...(other != null && { other: asNumber(other) }),
    ...(optedOutFrom && { changedAt: { gte: optedOutFrom } }),
  } as const
}

/** What is no number is found nowhere. */
function asNumber(given: string): string {
  try {
    return parsePhoneNumber(given)
  } catch {
    return given
  }
}

builder.queryField('optOuts', (t) =>
  t.prismaConnection(
    {
      type: Consent,
      cursor: 'id',
      ...pageSize,
      description:
        'Who wants no texts from which of your numbers, the latest first. Scope `consents:read`.',
      authScopes: mayRead,
      args: { filter: t.arg({ type: OptOutFilter, description: 'Which ones; all if left out.' }) },
      totalCount: (_parent, { filter }, context) =>
        context.db.consent.count({ where: whereOut(tenantOf(context), filter) }),
      resolve: (query, _parent, args, context) => {
        return context.db.consent.findMany({
          ...query,
          where: whereOut(tenantOf(context), args.filter),
          orderBy: [{ changedAt: 'desc' }, { id: 'desc' }],
        })
      },
    },
    { name: 'OptOutConnection', description: 'A page of opt-outs.' },
    { name: 'OptOutEdge', description: 'An opt-out and its place in the list.' },
  ),
)
