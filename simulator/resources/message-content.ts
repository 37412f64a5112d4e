import { answerBytes } from '../http/byte-range.ts'
import { notFound } from '../http/errors.ts'
import { type Exchange, extensionPath } from '../http/exchange.ts'
import type { Operation } from '../http/operation.ts'
import { readList } from '../http/query.ts'

/** RingCentral keeps these on a host of its own; here it is the same. */
export const messageContentOperations: Operation[] = [
  {
    method: 'GET',
    path: `${extensionPath}/message-store/:messageId/content/:attachmentId`,
    group: 'Medium',
    scope: 'ReadMessages',
    tokenInQuery: true,
    handle: readContent,
  },
]

function readContent({ sim, c, extension, query }: Exchange): Response {
  const message = sim.mailboxes.find(extension.id, c.req.param('messageId') ?? '')
  if (!message || message.availability === 'Purged') throw notFound('messageId')
  const id = c.req.param('attachmentId')
  const attachment = message.attachments.find((one) => one.id === id)
  if (!attachment && id !== message.id) throw notFound('attachmentId')

  const content = attachment?.content ?? Buffer.from(message.text)
  const how = readList(query, 'contentDisposition', ['Inline', 'Attachment'])?.[0]
  const name = query.get('contentDispositionFilename') ?? attachment?.fileName
  const disposition = how ?? (name === undefined ? undefined : 'Attachment')
  return answerBytes(c, content, {
    'content-type': attachment?.contentType ?? 'text/plain;charset=utf-8',
    ...(disposition && {
      'content-disposition': `${disposition.toLowerCase()}${name === undefined ? '' : `; filename="${name.replace(/[^\w.-]/g, '_')}"`}`,
    }),
  })
}
