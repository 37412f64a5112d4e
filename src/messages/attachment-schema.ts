import { builder } from '../graphql/builder.ts'
import type { Attachment, AttachmentState } from './attachments.ts'

const AttachmentStateEnum = builder.enumType('AttachmentState', {
  description: 'Where the bytes of an attachment are.',
  values: {
    KEPT: { description: 'Here, for as long as the message.' },
    FETCHING: {
      description: 'A picture that came in just now: on its way here, and served from RingCentral.',
    },
    NOT_FETCHED: {
      description:
        'RingCentral did not hand it out, or it is larger than 25 MB: `url` answers 404, unless RingCentral has it after all.',
    },
    AT_RINGCENTRAL: {
      description: 'At RingCentral alone: the sound of a voicemail, the pages of a fax.',
    },
  } satisfies Record<AttachmentState, object>,
})

export const MessageAttachment = builder.objectRef<Attachment>('MessageAttachment').implement({
  description: 'A picture of an MMS, the sound of a voicemail, the pages of a fax.',
  fields: (t) => ({
    id: t.exposeString('id', {
      description: 'RingCentral’s id of it; of one that was sent from here, the upload’s.',
    }),
    contentType: t.exposeString('contentType', {
      nullable: true,
      description: 'What it is, for example `image/jpeg` or `application/pdf`.',
    }),
    fileName: t.exposeString('fileName', {
      nullable: true,
      description: 'The name that its sender gave it.',
    }),
    state: t.expose('state', {
      type: AttachmentStateEnum,
      description: 'Where its bytes are. `url` works in all states but NOT_FETCHED.',
    }),
    sizeBytes: t.exposeInt('sizeBytes', { nullable: true, description: 'Its size in bytes.' }),
    sha256: t.exposeString('sha256', {
      nullable: true,
      description:
        'The SHA-256 of its bytes, in hexadecimal, once the gateway keeps them; pictures of texts are fetched within seconds. Null for the sound of a voicemail and the pages of a fax, which stay at RingCentral.',
    }),
    durationSeconds: t.exposeInt('durationSeconds', {
      nullable: true,
      description: 'How long the sound of a voicemail is, in seconds.',
    }),
    url: t.exposeString('url', {
      description:
        'Where to fetch, show or play it, good until `urlExpiresAt` and for this attachment alone: fit for the `src` of a picture or an audio player. It names no token of RingCentral’s.',
    }),
    urlExpiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'Until when `url` works, 5 minutes from now. Then ask for a new one.',
    }),
  }),
})
