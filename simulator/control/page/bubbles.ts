import { html, type Markup } from '../../http/html.ts'
import type { Message } from '../../messages/message.ts'

/** Messages as a phone shows them: one's own on the right. */
export function bubbles(messages: Message[], mine: 'Inbound' | 'Outbound', empty: string): Markup {
  if (messages.length === 0) return html`<p class="quiet empty">${empty}</p>`
  return html`${messages.map((message) => bubble(message, message.direction === mine))}`
}

function bubble(message: Message, own: boolean): Markup {
  const failure = message.to.find((one) => one.errorCode)?.errorCode
  const failed = message.status === 'DeliveryFailed' || message.status === 'SendingFailed'
  const media = message.attachments.map((one) => one.fileName ?? one.contentType)
  const time = new Date(message.createdAt).toISOString().slice(11, 19)
  return html`
    <div class="bubble ${own ? 'own' : 'other'} ${failed && 'failed'}">
      <div>${message.type === 'VoiceMail' ? '▶ Voicemail' : message.text}${media.map(
        (name) => html`<div class="media">${name}</div>`,
      )}</div>
      <small>${time} · ${message.status}${failure && html` · ${failure}`}</small>
    </div>`
}
