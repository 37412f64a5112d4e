export type MessageStatus =
  | 'Queued'
  | 'Sent'
  | 'Delivered'
  | 'DeliveryFailed'
  | 'SendingFailed'
  | 'Received'

export type Direction = 'Inbound' | 'Outbound'

export type MessageType = 'SMS' | 'Pager' | 'VoiceMail' | 'Fax'

export interface Party {
  /** Empty inside of the company's own pager messages, which go by extension. */
  phoneNumber: string
  extensionNumber?: string
  name?: string
  extensionId?: string
}

export interface Recipient extends Party {
  /** In a group: the number that the mailbox belongs to. */
  target?: boolean
  status: MessageStatus
  errorCode?: string
}

export interface Attachment {
  id: string
  /** Pictures and the like of a text, when missing. */
  type?: 'AudioRecording' | 'AudioTranscription' | 'RenderedDocument'
  contentType: string
  fileName?: string
  content: Uint8Array
  /** How long a recording is. */
  durationSeconds?: number
}

/** One record in one extension's mailbox. A text between two extensions is two of them. */
export interface Message {
  id: string
  accountId: string
  extensionId: string
  type: MessageType
  direction: Direction
  from: Party
  to: Recipient[]
  text: string
  attachments: Attachment[]
  createdAt: number
  modifiedAt: number
  readStatus: 'Read' | 'Unread'
  availability: 'Alive' | 'Deleted' | 'Purged'
  status: MessageStatus
  conversationId: string
  deliveredAt?: number
  sendingAttempts: number
  /** Of a voicemail that is still being written down. */
  isBeingTranscribed?: boolean
  /** Of a fax. */
  pages?: number
  /** Accepted, but not in any list until then. */
  hiddenUntil?: number
}

/** RingCentral's rule for many recipients: waiting for one is waiting, failing to send one is failing. */
export function aggregateStatus(recipients: readonly Recipient[]): MessageStatus {
  const order: MessageStatus[] = [
    'Queued',
    'SendingFailed',
    'DeliveryFailed',
    'Sent',
    'Delivered',
    'Received',
  ]
  return order.find((status) => recipients.some((one) => one.status === status)) ?? 'Queued'
}

/** 160 characters make one segment, and 153 each when there are several; half of that beyond Latin. */
export function countSegments(text: string): number {
  const plain = /^[\x20-\x7e\n\r£¥èéùìòÇØøÅåÆæßÉÄÖÑÜ§¿äöñüà¡€]*$/.test(text)
  const [single, several] = plain ? [160, 153] : [70, 67]
  return text.length <= single ? 1 : Math.ceil(text.length / several)
}
