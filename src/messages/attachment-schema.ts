import { builder } from '../graphql/builder.ts'
import type { Attachment } from './attachments.ts'

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
