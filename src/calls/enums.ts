import { builder } from '../graphql/builder.ts'

export const CallDirection = builder.enumType('CallDirection', {
  description: 'Which way a call went, as your company sees it.',
  values: {
    INBOUND: { description: 'Came in.' },
    OUTBOUND: { description: 'Went out, or from one colleague to another.' },
  } as const,
})

export const CallStatus = builder.enumType('CallStatus', {
  description: 'How far a call has come. It only goes forward, but for ON_HOLD and ANSWERED.',
  values: {
    STARTING: { description: 'Accepted by `startCall`: RingCentral is being asked to ring.' },
    UNCONFIRMED: {
      description:
        'RingCentral never answered whether it rings. It is not rung again; what is heard of it settles it.',
    },
    RINGING: { description: 'A phone rings.' },
    ANSWERED: { description: 'Somebody picked up, or speaks into a mailbox.' },
    ON_HOLD: { description: 'Somebody waits on hold.' },
    ENDED: { description: 'Over.' },
    FAILED: { description: 'It could not be started: see `errorCode`.' },
  } as const,
})

export const CallResult = builder.enumType('CallResult', {
  description: 'How a call ended.',
  values: {
    ANSWERED: { description: 'Somebody picked up.' },
    MISSED: { description: 'Came in, and nobody picked up.' },
    VOICEMAIL: { description: 'Came in, and the caller was sent to the mailbox.' },
    NO_ANSWER: { description: 'Went out, and nobody picked up.' },
    BUSY: { description: 'The line was busy.' },
    REJECTED: { description: 'Declined by who was called.' },
    CANCELED: { description: 'Given up by who called, before anybody picked up.' },
    BLOCKED: { description: 'Not let through.' },
    FAILED: { description: 'It did not come about: a wrong number, a fault of the network.' },
    OTHER: { description: 'A word of RingCentral’s that has no place here: see `rcResult`.' },
  } as const,
})
