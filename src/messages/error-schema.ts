import { builder } from '../graphql/builder.ts'
import {
  rcCodesOf,
  type SmsErrorCode,
  smsErrorFamilies,
} from '../ringcentral/sms-error-families.ts'
import {
  allMessageErrors,
  type MessageError,
  type MessageErrorCode,
  messageErrors,
} from './error-codes.ts'

export const MessageErrorCodeType = builder.enumType('MessageErrorCode', {
  description:
    'What is wrong with a message, as something to decide on: each value stands for all codes of RingCentral’s that mean the same. Values may be added.',
  values: Object.fromEntries(
    allMessageErrors.map((code) => [code, { description: describe(code) }]),
  ) as Record<MessageErrorCode, { description: string }>,
})

function describe(code: MessageErrorCode): string {
  const { cause, remedy, retryable } = messageErrors[code]
  const rcCodes = isFamily(code) ? ` RingCentral: ${rcCodesOf(code).join(', ')}.` : ''
  return `${cause} ${remedy}${retryable ? ' Retryable.' : ''}${rcCodes}`
}

function isFamily(code: MessageErrorCode): code is SmsErrorCode {
  return code in smsErrorFamilies
}

export const MessageErrorDetails = builder
  .objectRef<MessageError>('MessageErrorDetails')
  .implement({
    description:
      'What is wrong with a message: why it failed, what keeps it waiting (SENDING), or that its carrier keeps silent (SENT, `NOT_REPORTED`, which is no failure).',
    fields: (t) => ({
      code: t.expose('code', {
        type: MessageErrorCodeType,
        description: 'What is wrong, for a program.',
      }),
      rcCode: t.exposeString('rcCode', {
        nullable: true,
        description:
          'RingCentral’s own code (`MSG-304`, `SMS-CAR-411`), to quote to its support; null where it told none. For a message whose waiting the gateway ended: what RingCentral had said last.',
      }),
      cause: t.exposeString('cause', {
        description: 'What happened, for a person. Its wording may change.',
      }),
      remedy: t.exposeString('remedy', {
        description: 'What to do about it, for a person. Its wording may change.',
      }),
      retryable: t.exposeBoolean('retryable', {
        description:
          'Whether sending the same text once more, later, can help without anybody mending anything. False while the gateway tries again by itself, and where it may have arrived.',
      }),
    }),
  })
