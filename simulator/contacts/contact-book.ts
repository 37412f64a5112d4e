import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'

export interface Contact {
  id: string
  fields: Record<string, unknown>
  availability: 'Alive' | 'Deleted'
  modifiedAt: number
}

/** Everybody's own contacts. */
export function createContactBooks(clock: Clock, ids: Ids) {
  const books = new Map<string, Map<string, Contact>>()

  const bookOf = (extensionId: string) => {
    let book = books.get(extensionId)
    if (!book) {
      book = new Map()
      books.set(extensionId, book)
    }
    return book
  }

  const alive = (extensionId: string) =>
    [...bookOf(extensionId).values()].filter((one) => one.availability === 'Alive')

  return {
    alive,
    find(extensionId: string, id: string): Contact | undefined {
      const found = bookOf(extensionId).get(id)
      return found?.availability === 'Alive' ? found : undefined
    },
    add(extensionId: string, fields: Record<string, unknown>): Contact {
      const contact: Contact = {
        id: ids.numeric(),
        fields,
        availability: 'Alive',
        modifiedAt: clock.now(),
      }
      bookOf(extensionId).set(contact.id, contact)
      return contact
    },
    change(contact: Contact, fields: Record<string, unknown>) {
      contact.fields = fields
      contact.modifiedAt = clock.now()
    },
    remove(contact: Contact) {
      contact.availability = 'Deleted'
      contact.modifiedAt = clock.now()
    },
    /** Deleted ones too: a sync has to tell of them. */
    changedSince: (extensionId: string, since: number) =>
      [...bookOf(extensionId).values()].filter((one) => one.modifiedAt >= since),
  }
}

export type ContactBooks = ReturnType<typeof createContactBooks>
