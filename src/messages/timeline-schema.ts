import { builder } from '../graphql/builder.ts'
import { MessageStatus } from './enums.ts'
import type { TimelineEntry as Entry } from './timeline.ts'

const TimelineKind = builder.enumType('MessageTimelineKind', {
  description: 'What a line of a message’s timeline tells.',
  values: {
    STATUS: { description: 'It reached a status.' },
    ATTEMPT: { description: 'It was handed to RingCentral.' },
    WAIT: { description: 'It had to wait.' },
    NOTE: { description: 'Something was found out or decided about it.' },
  } as const,
})

const AttemptOutcome = builder.enumType('AttemptOutcome', {
  description: 'How an attempt to hand a message to RingCentral ended.',
  values: {
    ACCEPTED: { description: 'RingCentral took it.' },
    REFUSED: { description: 'RingCentral said no, for good or for now: it does not have it.' },
    IN_DOUBT: {
      description: 'No answer that settles it: RingCentral may have it. Looked up, never repeated.',
    },
  } as const,
})

export const TimelineEntry = builder.objectRef<Entry>('MessageTimelineEntry').implement({
  description: 'One line of a message’s timeline.',
  fields: (t) => ({
    kind: t.expose('kind', { type: TimelineKind, description: 'What it tells.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it happened, or began.' }),
    summary: t.exposeString('summary', {
      description: 'What happened, for a person. Its wording may change.',
    }),
    until: t.expose('until', {
      type: 'DateTime',
      nullable: true,
      description: 'ATTEMPT: when it ended. WAIT: until when; null if nobody can know.',
    }),
    status: t.expose('status', {
      type: MessageStatus,
      nullable: true,
      description: 'STATUS: the one that it reached.',
    }),
    attempt: t.exposeInt('attempt', {
      nullable: true,
      description: 'ATTEMPT: the how manyeth, from 1.',
    }),
    outcome: t.expose('outcome', {
      type: AttemptOutcome,
      nullable: true,
      description: 'ATTEMPT: how it ended; null while it is under way.',
    }),
    rcRequestId: t.exposeString('rcRequestId', {
      nullable: true,
      description: 'ATTEMPT: RingCentral’s `RCRequestId`, to quote to its support.',
    }),
    errorCode: t.exposeString('errorCode', {
      nullable: true,
      description: 'RingCentral’s code or the gateway’s, of what went wrong.',
    }),
  }),
})
