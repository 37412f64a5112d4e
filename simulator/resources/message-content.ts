import { answerBytes } from '../http/byte-range.ts'
import { dispositionOf } from '../http/disposition.ts'
import { notFound } from '../http/errors.ts'
import { type Exchange, extensionPath } from '../http/exchange.ts'
import type { Operation } from '../http/operation.ts'

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

function readContent(x: Exchange): Response {
  const { sim, c, extension } = x
  const message = sim.mailboxes.find(extension.id, c.req.param('messageId') ?? '')
  if (!message || message.availability === 'Purged') throw notFound('messageId')
  const id = c.req.param('attachmentId')
  const attachment = message.attachments.find((one) => one.id === id)
  if (!attachment && id !== message.id) throw notFound('attachmentId')

  const content = attachment?.content ?? Buffer.from(message.text)
  return answerBytes(c, content, {
    'content-type': attachment?.contentType ?? 'text/plain;charset=utf-8',
    ...dispositionOf(x, attachment?.fileName),
  })
}
