import type { Db } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import type { Only } from '../graphql/context.ts'
import type { Clock } from '../lib/clock.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { hashOf, parseIdempotencyKey } from '../lib/idempotency.ts'
import { NumberNotFoundError } from '../numbers/errors.ts'
import { isNumberWithin } from '../numbers/within.ts'
import { renderStored } from '../templates/render-stored.ts'
import { acceptedBefore } from './accept-message.ts'
import { InvalidRecipientsError, maxTextLength } from './errors.ts'
import { createFindings, type Problem, refuseAll } from './findings.ts'
import type { StoredAttachment } from './mailbox-facts.ts'
import { type NotBefore, notBeforeOf, requireTimeLeft } from './not-before.ts'
import { numberOfUser } from './number-of-user.ts'
import { attachmentsFrom, parseAttachments } from './outbound-media.ts'
import { checkSendAt, parseText, parseValidFor } from './parse-message.ts'
import {
  parseRecipients,
  parseSender,
  parseWords,
  type Sender,
  type SmsInput,
  type Words,
} from './parse-sms.ts'
import type { FindSender, FoundSender, SendingNumber } from './sending-number.ts'
import { smsChecks } from './sms-checks.ts'

/** A text that may be taken. */
type Ready = {
  number: SendingNumber
  seen: string
  to: string[]
  text: string
  attachments: StoredAttachment[]
  validFor: number | null
  sendAt: Date | null
  ignoreQuietHours: boolean
  purpose: 'OPT_OUT_CONFIRMATION' | null
  notBefore: NotBefore | null
  idempotencyKey: string | null
  requestHash: Uint8Array<ArrayBuffer>
}

export type Examination = {
  problems: Problem[]
  /** The number that would send, where that is known. */
  from: string | undefined
  /** What would be said; of a template, filled in. */
  text: string | undefined
  number: SendingNumber | undefined
  /** What it waits for before anything else. */
  notBefore: NotBefore | null
  /** The message that the same request made before: nothing else matters then. */
  known: Message | undefined
  /** @throws the first typed error that was found */
  ready(): Ready
}

/**
 * Looks at a text before it is taken: its form first, then whether the same was taken before, then who
 * would send it to whom. Finds everything that is wrong; RingCentral is not asked. The one way in, of
 * `sendSms` as of `messagePreflight`, so that they cannot disagree.
 */
export async function examineSms(
  { db, findSender, clock }: { db: Db; findSender: FindSender; clock: Clock },
  tenantId: string,
  input: SmsInput,
  /** What the viewer is limited to: other numbers are none. */
  only?: Only,
): Promise<Examination> {
  const { problems, see, look, warn, refuse } = createFindings()
  const sender = see('from', () => parseSender(input))
  const { numbers, faults } = parseRecipients(input.to)
  const to = see('to', () => {
    refuseAll(faults)
    return numbers
  })
  const words = see('text', () => parseWords(input))
  const uploadIds = see('attachments', () => parseAttachments(input.attachments))
  const idempotencyKey = see('idempotencyKey', () => parseIdempotencyKey(input.idempotencyKey))
  const validFor = see('validFor', () => parseValidFor(input.validFor))

  const when = {
    validFor: validFor ?? null,
    sendAt: input.sendAt ?? null,
    ignoreQuietHours: input.ignoreQuietHours ?? false,
    purpose: input.purpose ?? null,
  }
  const form = sender && to && words && uploadIds && { sender, to, words, uploadIds, ...when }
  const requestHash = form && hash(form)
  if (requestHash && idempotencyKey && problems.length === 0) {
    const known = await look('idempotencyKey', () =>
      acceptedBefore(db, { tenantId, idempotencyKey, requestHash }, only),
    )
    if (known) {
      const { from, text } = known
      return { problems, from, text, number: undefined, notBefore: null, known, ready: notReady }
    }
  }

  const isToCome = see('sendAt', () => {
    checkSendAt(when.sendAt, clock.now())
    return true
  })
  const text =
    words?.templateId === undefined
      ? words?.text
      : await look('values', () => textOf(db, tenantId, words))
  const from =
    sender &&
    (sender.from ?? (await look('userId', () => numberOfUser(db, tenantId, sender.userId, only))))
  if (from) see('to', () => notToItself(from, numbers))
  const found =
    from === undefined
      ? undefined
      : await look('from', async () => {
          const found = await findSender(tenantId, { from, to: numbers })
          return found && isWithin(found, only) ? found : noNumber(db, tenantId, from)
        })
  const number = found?.number
  if (to) see('purpose', () => checkPurpose(input, to))
  if (number && numbers.length > 0) {
    const { optedOut } = found
    const { purpose } = when
    const draft = { tenantId, number, to: numbers, optedOut, uploadIds: uploadIds ?? [], purpose }
    for (const { field, check } of smsChecks) {
      const asking = see(field, () => check(db, draft, warn))
      if (asking) await look(field, () => asking)
    }
  }
  const attachments =
    uploadIds && (await look('attachments', () => attachmentsFrom(db, tenantId, uploadIds)))

  const asked = { tenantId, type: 'SMS', to: numbers, ...when } as const
  const isKnown = isToCome && from !== undefined && numbers.length > 0
  const notBefore = isKnown
    ? await notBeforeOf({ db, clock }, { ...asked, from }, found?.quietHours)
    : null
  if (notBefore) see('validFor', () => requireTimeLeft(notBefore, when, clock.now()))

  const ready = () => {
    refuse()
    if (!number || !to || text === undefined || !attachments || !requestHash) return notReady()
    return {
      number,
      seen: found.seen,
      to,
      text,
      attachments,
      ...when,
      notBefore,
      idempotencyKey: idempotencyKey ?? null,
      requestHash,
    }
  }
  return { problems, from, text, number, notBefore, known: undefined, ready }
}

function notReady(): never {
  throw new Error('A text was examined, and neither found fit nor refused')
}

/** As it was asked: a user's number, or a template, may have changed when the same request comes again. */
function hash(asked: {
  sender: Sender
  to: string[]
  words: Words
  uploadIds: string[]
  validFor: number | null
  sendAt: Date | null
  ignoreQuietHours: boolean
  purpose: string | null
}) {
  const { sender, to, words, uploadIds, validFor, sendAt, ignoreQuietHours, purpose } = asked
  const who = sender.from ?? { userId: sender.userId }
  const what = words.templateId === undefined ? words.text : words
  // What is left out leaves no trace, so that keys which were given before a choice existed stay good.
  const more = {
    ...(sendAt && { sendAt }),
    ...(ignoreQuietHours && { ignoreQuietHours }),
    ...(purpose && { purpose }),
    ...(uploadIds.length > 0 && { attachments: uploadIds }),
  }
  const rest = Object.keys(more).length === 0 ? [] : [more]
  return hashOf([who, to, what, ...(validFor === null ? [] : [validFor]), ...rest])
}

async function textOf(
  db: Db,
  tenantId: string,
  words: Extract<Words, { templateId: string }>,
): Promise<string> {
  return parseText(await renderStored(db, tenantId, words), maxTextLength)
}

function checkPurpose({ purpose, sendAt }: SmsInput, to: readonly string[]): void {
  if (!purpose || (to.length === 1 && !sendAt)) return
  throw new InvalidInputError(
    'purpose',
    'The confirmation of an opt-out goes to one person, and at once: leave `sendAt` out.',
  )
}

function notToItself(from: string, to: readonly string[]): void {
  if (!to.includes(from)) return
  throw new InvalidRecipientsError(`\`to\` names ${from}, the number that sends.`)
}

const isWithin = ({ number }: FoundSender, only: Only | undefined) =>
  !only || isNumberWithin(number, only)

/** @throws NumberNotFoundError, NotConnectedError */
async function noNumber(db: Db, tenantId: string, from: string): Promise<never> {
  const connected = await db.extension.findFirst({
    where: { tenantId, status: { not: 'REVOKED' } },
  })
  throw connected ? new NumberNotFoundError(from) : new NotConnectedError()
}
