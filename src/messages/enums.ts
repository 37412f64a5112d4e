import { builder } from '../graphql/builder.ts'

export const MessageType = builder.enumType('MessageType', {
  description: 'What kind of message it is.',
  values: {
    SMS: { description: 'A text: SMS or MMS.' },
    INTERNAL: {
      description:
        'From colleague to colleague, inside the company: RingCentral’s company pager. `from` and `to` are extension numbers.',
    },
    VOICEMAIL: { description: 'What a caller said after the beep: listen to `attachments`.' },
    FAX: { description: 'A fax: its pages are in `attachments`.' },
  } as const,
})

export const MessageDirection = builder.enumType('MessageDirection', {
  description: 'Which way a message goes.',
  values: {
    INBOUND: { description: 'Came in.' },
    OUTBOUND: { description: 'Goes out, or went.' },
  } as const,
})

export const MessageStatus = builder.enumType('MessageStatus', {
  description: 'How far a message has come. It never goes backwards.',
  values: {
    QUEUED: { description: 'Accepted by the gateway, waiting to be sent.' },
    SCHEDULED: { description: 'Accepted, to be sent at a later time.' },
    SENDING: { description: 'Being handed to RingCentral.' },
    SENT: {
      description:
        'RingCentral has taken it. Often the last state: carriers do not always report delivery.',
    },
    DELIVERED: { description: 'The carrier reported delivery. Final.' },
    DELIVERY_FAILED: { description: 'The carrier reported that it could not be delivered. Final.' },
    SENDING_FAILED: {
      description: 'RingCentral refused it, or it could not be handed over. Final.',
    },
    UNCONFIRMED: {
      description:
        'RingCentral never answered and shows no trace of it: it may or may not have been sent. It is not sent again by itself: decide with `resolveUnconfirmed`. Becomes SENT or DELIVERED if RingCentral shows it after all.',
    },
    CANCELED: { description: 'Taken back before it was sent. Final.' },
    EXPIRED: { description: 'Its time ran out before it could be sent. Final.' },
    RECEIVED: { description: 'Came in. Final.' },
  } as const,
})

export const MessageResolution = builder.enumType('MessageResolution', {
  description: 'What was decided about a message of which nobody knows whether it was sent.',
  values: {
    RESENT: { description: 'Sent once more, as a message of its own: `resentAs`.' },
    GIVEN_UP: { description: 'Left as it is.' },
  } as const,
})

export const MessagePurpose = builder.enumType('MessagePurpose', {
  description: 'What a text is for, if that lets it through to somebody who has opted out.',
  values: {
    OPT_OUT_CONFIRMATION: { description: 'Confirms an opt-out, once.' },
    HELP_REPLY: {
      description: 'Your `helpText`, which the gateway has answered to HELP or INFO by itself.',
    },
  } as const,
})
