import type { Ids } from '../ids.ts'

export interface MessageTemplate {
  id: string
  displayName: string
  text: string
}

/** Texts kept ready: a company's, and each extension's own. */
export function createTemplates(ids: Ids) {
  /** By the id of whose they are: an account or an extension. */
  const shelves = new Map<string, Map<string, MessageTemplate>>()

  const shelfOf = (ownerId: string) => {
    let shelf = shelves.get(ownerId)
    if (!shelf) {
      shelf = new Map()
      shelves.set(ownerId, shelf)
    }
    return shelf
  }

  return {
    of: (ownerId: string) => [...shelfOf(ownerId).values()],
    find: (ownerId: string, id: string) => shelfOf(ownerId).get(id),
    add(ownerId: string, fields: Omit<MessageTemplate, 'id'>): MessageTemplate {
      const template = { id: ids.numeric(), ...fields }
      shelfOf(ownerId).set(template.id, template)
      return template
    },
    remove: (ownerId: string, id: string) => shelfOf(ownerId).delete(id),
  }
}

export type Templates = ReturnType<typeof createTemplates>
