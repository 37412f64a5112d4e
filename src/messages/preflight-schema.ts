import { builder, tenantOf } from '../graphql/builder.ts'
import { narrowed, onlyOf } from '../graphql/narrowing.ts'
import type { ExpectedWait } from './expected-wait.ts'
import type { Problem } from './findings.ts'
import { SendSmsInput } from './mutations.ts'
import type { MessagePreflight } from './preflight.ts'
import type { ForeignCharacter } from './segments.ts'

const Severity = builder.enumType('MessageProblemSeverity', {
  description: 'What a problem means for sending.',
  values: {
    ERROR: { description: '`sendSms` refuses it with this error.' },
    WARNING: { description: '`sendSms` takes it; it may fare badly or cost more.' },
  } as const,
})

const MessageProblem = builder.objectRef<Problem>('MessageProblem').implement({
  description:
    'Something that stands in the way of a message, or is good to know before sending it.',
  fields: (t) => ({
    severity: t.expose('severity', { type: Severity, description: 'What it means for sending.' }),
    code: t.exposeString('code', {
      description:
        'What it is, for a program. An ERROR has the code of the typed error. Warnings: `SHORTENED_LINK`, `UCS2_NEEDED`, `GROUP_NEEDS_MMS`, `REGISTRATION_UNKNOWN`; and `SENDER_NOT_VERIFIED`, `SENDER_FLAGGED` or `VOLUME_EXCEEDED` when carriers said so of this number within a day and nothing has arrived since. There may be others.',
    }),
    field: t.exposeString('field', { description: 'The field of `input` that it is about.' }),
    message: t.exposeString('message', {
      description: 'What it is and what to do, for a person. Its wording may change.',
    }),
  }),
})

const SmsEncoding = builder.enumType('SmsEncoding', {
  description: 'How a text travels.',
  values: {
    GSM_7: {
      description: '160 characters in one segment, 153 in each of several; `€^{}[]~|\\` count two.',
    },
    UCS_2: { description: '70 UTF-16 code units in one segment, 67 in each of several.' },
  } as const,
})

const Ucs2Character = builder.objectRef<ForeignCharacter>('Ucs2Character').implement({
  description:
    'A character that the GSM alphabet has not, so that the whole text travels as UCS-2.',
  fields: (t) => ({
    character: t.exposeString('character', { description: 'The character.' }),
    position: t.exposeInt('position', {
      description: 'Where it stands in `text`, in UTF-16 code units from 0.',
    }),
  }),
})

const MessageWait = builder.objectRef<ExpectedWait>('MessageWait').implement({
  description: 'What a text would wait for that was taken now.',
  fields: (t) => ({
    waitingMessages: t.exposeInt('waitingMessages', {
      description:
        'How many of the same extension leave before it, with those that are SCHEDULED for before; those of batches do not.',
    }),
    estimatedSendAt: t.expose('estimatedSendAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it would leave, as far as can be told; not before `until`.',
    }),
    until: t.expose('until', {
      type: 'DateTime',
      nullable: true,
      description:
        'Until when it cannot leave, whatever is before it: its `sendAt`, the end of quiet hours, or of a rest that RingCentral asked for. Null if it may leave now.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description:
        'Why it cannot leave until then, for a person: `Quiet hours`, `Waiting for its time`, or what made its extension rest. Null without `until`.',
    }),
  }),
})

const Preflight = builder.objectRef<MessagePreflight>('MessagePreflight').implement({
  description: 'What `sendSms` would answer to an input, and more that is good to know before.',
  fields: (t) => ({
    canSend: t.boolean({
      description: 'Whether `sendSms` would take it: no problem is an ERROR.',
      resolve: ({ problems }) => problems.every(({ severity }) => severity !== 'ERROR'),
    }),
    problems: t.expose('problems', {
      type: [MessageProblem],
      description:
        'All that was found, of each recipient as well; the first ERROR is the one that `sendSms` answers.',
    }),
    from: t.exposeString('from', {
      nullable: true,
      description: 'The number that would send, in E.164; null where the input does not tell it.',
    }),
    phoneNumber: t.prismaField({
      type: 'PhoneNumber',
      nullable: true,
      description:
        'That number: whose it is, what it may send, its campaign and the tier that limits how much a day. Null where there is none. Scope `extensions:read` as well.',
      resolve: (_query, { number }) => number,
    }),
    text: t.exposeString('text', {
      nullable: true,
      description: 'What would be said; of a template, filled in. Null where it could not be.',
    }),
    encoding: t.field({
      type: SmsEncoding,
      nullable: true,
      description: 'How it would travel; null without a text.',
      resolve: ({ segments }) => segments?.encoding ?? null,
    }),
    segmentCount: t.int({
      nullable: true,
      description: 'In how many segments, which is what carriers count; null without a text.',
      resolve: ({ segments }) => segments?.segmentCount ?? null,
    }),
    charactersLeft: t.int({
      nullable: true,
      description: 'How many more characters the last segment takes; null without a text.',
      resolve: ({ segments }) => segments?.charactersLeft ?? null,
    }),
    ucs2Characters: t.field({
      type: [Ucs2Character],
      description: 'The characters that make it UCS-2, in the order of the text.',
      resolve: ({ segments }) => segments?.ucs2Characters ?? [],
    }),
    wait: t.expose('wait', {
      type: MessageWait,
      nullable: true,
      description: 'What it would wait for now; null where it is not known who would send.',
    }),
  }),
})

builder.queryField('messagePreflight', (t) =>
  t.field({
    type: Preflight,
    description:
      'Looks at a text before it is sent: the same checks as `sendSms`, all of them, without taking it and without asking RingCentral. Fit to be asked while somebody types. Scope `messages:send`.',
    extensions: narrowed,
    authScopes: { scope: 'messages:send' },
    args: {
      input: t.arg({ type: SendSmsInput, required: true, description: 'What would be sent.' }),
    },
    resolve: (_parent, { input }, context) =>
      context.services.preflight(tenantOf(context), input, onlyOf(context)),
  }),
)
