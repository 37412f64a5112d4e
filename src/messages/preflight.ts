import type { Db } from '../db/client.ts'
import type { ReadRows } from '../db/read-rows.ts'
import type { Only } from '../graphql/context.ts'
import type { Clock } from '../lib/clock.ts'
import { carrierRefusals } from './carrier-refusals.ts'
import { examineSms } from './examine-sms.ts'
import { type ExpectedWait, expectedWait } from './expected-wait.ts'
import type { Problem } from './findings.ts'
import type { SmsInput } from './parse-sms.ts'
import { type Segments, segmentsOf } from './segments.ts'
import { createFindSender, type SendingNumber } from './sending-number.ts'
import { warningsOf } from './sms-checks.ts'

declare module '../graphql/context.ts' {
  interface Services {
    preflight: Preflight
  }
}

export type MessagePreflight = {
  problems: Problem[]
  from: string | null
  number: SendingNumber | null
  text: string | null
  segments: Segments | null
  wait: ExpectedWait | null
}

/** `only`: what the viewer is limited to. */
export type Preflight = (
  tenantId: string,
  input: SmsInput,
  only?: Only,
) => Promise<MessagePreflight>

/** Tells what `sendSms` would answer to an input, and more that is good to know before. Takes nothing. */
export function createPreflight({
  db,
  readRows,
  clock,
}: {
  db: Db
  readRows: ReadRows
  clock: Clock
}): Preflight {
  const findSender = createFindSender({ readRows })

  return async (tenantId, input, only) => {
    const examined = await examineSms({ db, findSender, clock }, tenantId, input, only)
    const { problems, from, number, text: taken, notBefore } = examined
    // Also of a text that is too long: by how much is what its writer wants to know.
    const text = taken ?? input.text ?? null
    const [refusals, wait] = number
      ? await Promise.all([
          carrierRefusals({ db, clock }, number),
          expectedWait({ db, clock }, number, notBefore),
        ])
      : [[], null]
    return {
      problems: [...problems, ...(taken === undefined ? [] : warningsOf(taken)), ...refusals],
      from: from ?? null,
      number: number ?? null,
      text,
      segments: text === null ? null : segmentsOf(text),
      wait,
    }
  }
}
