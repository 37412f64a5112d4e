/** Messages, texts above all: sending them, reading them back, and following what becomes of them. */
import { z } from 'zod'
import type { CallApi } from './call-api.ts'
import { type MessageRecord, type MessageType, messageRecord } from './message-record.ts'
import { parseMessageStatus, type RingCentralMessageStatus } from './message-status.ts'
import { type MessageSync, type SyncMessagesQuery, syncMessages } from './message-sync.ts'
import { pageOf } from './paging.ts'
import { extensionPath, segment } from './paths.ts'
import type { Operation } from './rate-limits.ts'
import { id, maybe, time } from './values.ts'

// Whatever else this answer lacks: once it brings an id, the text is accepted and must not look
// failed.
const sentMessage = z
  .object({
    id,
    messageStatus: z.unknown().optional(),
    creationTime: maybe(time),
    conversation: maybe(z.object({ id })),
    conversationId: maybe(id),
  })
  .transform((message) => ({
    id: message.id,
    status: parseMessageStatus(message.messageStatus) ?? ('queued' as RingCentralMessageStatus),
    creationTime: message.creationTime,
    conversationId: message.conversation?.id ?? message.conversationId,
  }))

/** `requestId` is RingCentral's `RCRequestId`. */
export type SentMessage = z.output<typeof sentMessage> & { requestId?: string | undefined }

export interface SendSmsRequest {
  from: string
  /** Several make one group conversation, at most 10, who see each other's numbers. */
  to: readonly string[]
  /** At most 1000 UTF-16 code units: `text.length`. */
  text: string
}

/** Of a known size: it is sent with its length, and at most 1.5 MB of files go with one text. */
export interface MmsFile {
  fileName: string
  /** Its type is what RingCentral is told. */
  content: Blob
}

export type SendMmsRequest = SendSmsRequest & { files: readonly MmsFile[] }

/** A colleague, by the id or the short number of the extension. */
export type Colleague = { extensionId: string } | { extensionNumber: string }

export interface InternalMessageRequest {
  /** The token's own extension unless told. */
  from?: Colleague
  /** Several make one conversation. */
  to: readonly Colleague[]
  /** At most 1024 characters. */
  text: string
}

export interface ListMessagesQuery {
  /** Texts alone unless told. */
  messageTypes?: readonly MessageType[]
  /** Required, since RingCentral would otherwise look at the last 24 hours only. */
  dateFrom: Date
  dateTo?: Date
  direction?: 'Inbound' | 'Outbound'
  /** The other side's number. */
  phoneNumber?: string
  conversationId?: string
  /** From 1. */
  page?: number
  /** 100 unless told, at most 1000. */
  perPage?: number
}

export interface MessagePage {
  messages: MessageRecord[]
  hasNextPage: boolean
}

export interface MessagesApi {
  /**
   * Sends one text. Returning means accepted, not delivered. RingCentral knows no idempotency key:
   * after RingCentralInDoubtError, look for the message before sending again.
   */
  sendSms(request: SendSmsRequest): Promise<SentMessage>
  /** The same with files, up to 10; the text may be empty. */
  sendMms(request: SendMmsRequest): Promise<SentMessage>
  /**
   * A message between colleagues, which costs nothing and no carrier sees. The same doubt holds as
   * for `sendSms`.
   */
  sendInternalMessage(request: InternalMessageRequest): Promise<SentMessage>
  getMessage(messageId: string): Promise<MessageRecord>
  /** Needs EditMessages, which the permission to send texts does not include. */
  updateMessage(
    messageId: string,
    change: { readStatus: 'Read' | 'Unread' },
  ): Promise<MessageRecord>
  /** One page of the mailbox's texts, MMS included, deleted ones not. */
  listMessages(query: ListMessagesQuery): Promise<MessagePage>
  /** Throws SyncTokenExpiredError when only a full sync helps. */
  syncMessages(query: SyncMessagesQuery): Promise<MessageSync>
}

export function createMessagesApi(call: CallApi): MessagesApi {
  async function send(operation: Operation, path: string, body: unknown): Promise<SentMessage> {
    let requestId: string | undefined
    const sent = await call({
      operation,
      method: 'POST',
      path: extensionPath(path),
      body,
      timeoutMs: 20_000,
      answer: sentMessage,
      onRequestId: (id) => {
        requestId = id
      },
    })
    return { ...sent, requestId }
  }

  return {
    sendSms: ({ from, to, text }) =>
      send('messages.sendSms', '/sms', {
        from: { phoneNumber: from },
        to: to.map(asNumber),
        text,
      }),

    sendMms({ from, to, text, files }) {
      const form = new FormData()
      const words = { from: { phoneNumber: from }, to: to.map(asNumber), text }
      // The first part has to be the words, whatever it is called.
      const json = new Blob([JSON.stringify(words)], { type: 'application/json' })
      form.append('json', json, 'request.json')
      for (const { content, fileName } of files) form.append('attachment', content, fileName)
      return send('messages.sendMms', '/mms', form)
    },

    sendInternalMessage: (request) =>
      send('messages.sendInternalMessage', '/company-pager', request),

    getMessage: async (messageId) =>
      call({
        operation: 'messages.getMessage',
        path: extensionPath(`/message-store/${segment(messageId)}`),
        answer: messageRecord,
      }),

    updateMessage: async (messageId, { readStatus }) =>
      call({
        operation: 'messages.updateMessage',
        method: 'PUT',
        path: extensionPath(`/message-store/${segment(messageId)}`),
        body: { readStatus },
        answer: messageRecord,
      }),

    async listMessages({ messageTypes = ['SMS'], ...query }) {
      const { records, nextPath } = await call({
        operation: 'messages.listMessages',
        path: extensionPath('/message-store'),
        query: { messageType: messageTypes, ...query },
        answer: pageOf(messageRecord),
      })
      return { messages: records, hasNextPage: nextPath !== undefined }
    },

    syncMessages: (query) => syncMessages(call, query),
  }
}

const asNumber = (phoneNumber: string) => ({ phoneNumber })
