import type { Ids } from '../ids.ts'
import type { Notifier } from '../notifications/notifier.ts'
import type { Extension } from '../world/world.ts'
import type { Mailroom } from './mailroom.ts'
import type { Message, Party } from './message.ts'

/** Puts what a fax machine sent into the mailbox of whoever has the number. */
export function createFax(needs: { ids: Ids; mailroom: Mailroom; notifier: Notifier }) {
  const { ids, mailroom, notifier } = needs

  return {
    receive(extension: Extension, from: Party, to: Party, pages: number): Message {
      const message = mailroom.store(extension, {
        type: 'Fax',
        direction: 'Inbound',
        status: 'Received',
        readStatus: 'Unread',
        from,
        to: [{ ...to, status: 'Received' }],
        text: 'Fax',
        pages,
        attachments: [
          {
            id: ids.numeric(),
            type: 'RenderedDocument',
            contentType: 'application/pdf',
            content: emptyPages(pages),
          },
        ],
      })
      notifier.mailboxChanged(message, 'new')
      return message
    },
  }
}

export type Fax = ReturnType<typeof createFax>

/** A document with nothing on its pages, which every reader opens. */
function emptyPages(count: number): Uint8Array {
  const kids = Array.from({ length: count }, (_, index) => `${index + 3} 0 R`)
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids.join(' ')}] /Count ${count} >>`,
    ...kids.map(() => '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>'),
  ]
  let file = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const offset = file.length
    file += `${index + 1} 0 obj\n${object}\nendobj\n`
    return `${String(offset).padStart(10, '0')} 00000 n \n`
  })
  const size = objects.length + 1
  const start = file.length
  file += `xref\n0 ${size}\n0000000000 65535 f \n${offsets.join('')}`
  file += `trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`
  return Buffer.from(file)
}
