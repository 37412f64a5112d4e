import { digits, time } from '../http/json.ts'
import { fullName, type World } from '../world/world.ts'
import { countSegments, type Message, type Party, type Recipient } from './message.ts'

/** A message as REST tells it: numeric ids, among them the 64-bit one. */
export function renderMessage(world: World, baseUrl: string, message: Message, fresh = false) {
  const mailbox = `${baseUrl}/restapi/v1.0/account/${message.accountId}/extension/${message.extensionId}`
  const uri = `${mailbox}/message-store/${message.id}`
  const failure = message.to.find((one) => one.errorCode !== undefined)?.errorCode
  const outbound = message.direction === 'Outbound'
  const isText = message.type === 'SMS'
  return {
    uri,
    id: digits(message.id),
    to: message.to.map((one) => renderRecipient(one, outbound && message.to.length > 1)),
    from: renderParty(message.from),
    type: message.type,
    creationTime: time(message.createdAt),
    readStatus: message.readStatus,
    priority: 'Normal',
    attachments: renderAttachments(message, uri),
    direction: message.direction,
    availability: message.availability,
    subject: message.text,
    messageStatus: message.status,
    ...(outbound && isText && { smsSendingAttemptsCount: message.sendingAttempts }),
    ...(message.deliveredAt !== undefined && { smsDeliveryTime: time(message.deliveredAt) }),
    // The answer to the POST has neither: whoever wants them reads the record again.
    ...(!fresh && isText && { segmentCount: countSegments(message.text) }),
    ...(!fresh && failure !== undefined && { deliveryErrorCode: failure }),
    ...(message.type === 'VoiceMail' && { vmTranscriptionStatus: transcriptionOf(message) }),
    ...(message.type === 'Fax' && { faxPageCount: message.pages, faxResolution: 'High' }),
    ...(isWritten(message) && {
      conversationId: digits(message.conversationId),
      conversation: {
        id: message.conversationId,
        uri: `${baseUrl}/restapi/v1.0/conversations/${message.conversationId}`,
      },
    }),
    lastModifiedTime: time(message.modifiedAt),
    ...(!fresh && { owner: renderOwner(world, message) }),
  }
}

/** What a voicemail event says: the record, with string ids and another word for its type. */
export function renderVoicemail(world: World, baseUrl: string, message: Message) {
  const { conversation, ...instant } = renderInstant(world, baseUrl, message)
  const { owner, eventType, ...body } = instant
  return { ...body, type: 'Voicemail', vmTranscriptionStatus: transcriptionOf(message) }
}

function transcriptionOf({ attachments, isBeingTranscribed }: Message): string {
  if (isBeingTranscribed) return 'InProgress'
  const transcribed = attachments.some(({ type }) => type === 'AudioTranscription')
  return transcribed ? 'Completed' : 'NotAvailable'
}

/** Voicemails and faxes belong to no conversation, and have no words besides what is attached. */
function isWritten({ type }: Message): boolean {
  return type === 'SMS' || type === 'Pager'
}

/** The same as an instant notification tells it: string ids, and the deprecated conversation id gone. */
export function renderInstant(world: World, baseUrl: string, message: Message) {
  const rest = renderMessage(world, baseUrl, message)
  return {
    id: message.id,
    to: message.to.map(({ phoneNumber, name, target }) => ({ phoneNumber, name, target })),
    from: { phoneNumber: message.from.phoneNumber, name: message.from.name },
    type: 'SMS',
    creationTime: rest.creationTime,
    lastModifiedTime: rest.lastModifiedTime,
    readStatus: message.readStatus,
    priority: 'Normal',
    attachments: rest.attachments.map(({ uri, ...one }) =>
      one.type === 'Text'
        ? { ...one, id: message.id }
        : { ...one, uri, id: uri.slice(uri.lastIndexOf('/') + 1) },
    ),
    direction: message.direction,
    availability: message.availability,
    subject: message.text,
    messageStatus: message.status,
    conversation: { id: message.conversationId },
    eventType: 'Create',
    owner: renderOwner(world, message),
  }
}

/** The text itself comes first, where there is one. */
function renderAttachments(message: Message, uri: string) {
  const words = {
    id: digits(message.id),
    uri: `${uri}/content/${message.id}`,
    type: 'Text',
    contentType: 'text/plain',
  }
  const media = message.attachments.map((one) => ({
    id: digits(one.id),
    uri: `${uri}/content/${one.id}`,
    type: one.type ?? 'MmsAttachment',
    contentType: one.contentType,
    size: one.content.length,
    ...(one.fileName !== undefined && { fileName: one.fileName }),
    ...(one.durationSeconds !== undefined && { vmDuration: one.durationSeconds }),
  }))
  return isWritten(message) ? [words, ...media] : media
}

function renderParty({ phoneNumber, name, extensionId, extensionNumber }: Party) {
  return { ...(phoneNumber !== '' && { phoneNumber }), extensionNumber, name, extensionId }
}

function renderRecipient(one: Recipient, withStatus: boolean) {
  return {
    ...renderParty(one),
    ...(one.target && { target: true }),
    ...(withStatus && { messageStatus: one.status }),
  }
}

function renderOwner(world: World, message: Message) {
  const extension = world.extensions.get(message.extensionId)
  return {
    extensionId: message.extensionId,
    extensionType: extension?.type ?? 'User',
    name: extension && fullName(extension),
  }
}
