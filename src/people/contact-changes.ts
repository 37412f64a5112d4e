import type { Db } from '../db/client.ts'
import type { Contact, Extension } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { requireAbility } from '../extensions/abilities.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { holdConnected } from '../extensions/hold-connected.ts'
import { asRefusal } from '../extensions/ringcentral-refusals.ts'
import type { ExtensionService } from '../extensions/service.ts'
import type { Clock } from '../lib/clock.ts'
import { InvalidInputError } from '../lib/errors.ts'
import type { RingCentralApi } from '../ringcentral/client.ts'
import { RingCentralInDoubtError, RingCentralRefusedError } from '../ringcentral/errors.ts'
import type { AddressBooks } from './address-books.ts'
import { type GivenFields, isEditable, parseFields } from './contact-fields.ts'
import { contactFacts, homeOf } from './contact-row.ts'
import { ContactNotFoundError, ContactUnconfirmedError } from './errors.ts'
import { saveContacts } from './save-contacts.ts'

declare module '../graphql/context.ts' {
  interface Services {
    contactChanges: ContactChanges
  }
}

export type ContactChanges = ReturnType<typeof createContactChanges>

/** Changes an address book: at RingCentral first, so that ours never has what RingCentral has not. */
export function createContactChanges({
  db,
  access,
  extensions,
  addressBooks,
  clock,
}: {
  db: Db
  access: ExtensionAccess
  extensions: Pick<ExtensionService, 'findConnected'>
  addressBooks: Pick<AddressBooks, 'compareNow'>
  clock: Clock
}) {
  async function owner(tenantId: string, extensionId: string): Promise<Extension> {
    const extension = await extensions.findConnected(tenantId, extensionId)
    await requireAbility(db, extension, 'WRITE_CONTACTS')
    return extension
  }

  async function find(tenantId: string, id: string): Promise<Contact> {
    const contact = await db.contact.findUnique({ where: { id, tenantId } })
    if (!contact) throw new ContactNotFoundError(id)
    return contact
  }

  /**
   * Does something at RingCentral. Where no answer says what became of it, the address books are compared
   * instead of repeating it, and `look` tells what is there.
   */
  async function change<Result>(
    extension: Extension,
    work: (api: RingCentralApi['addressBook']) => Promise<Result>,
    look: () => Promise<Contact | null>,
  ): Promise<{ done: Result } | { found: Contact }> {
    try {
      return { done: await access.call(extension.id, ({ addressBook }) => work(addressBook)) }
    } catch (error) {
      if (!(error instanceof RingCentralInDoubtError)) {
        throw faultyField(error) ?? asRefusal(error, clock)
      }
      const found = (await addressBooks.compareNow(extension.id)) ? await look() : null
      if (!found) throw new ContactUnconfirmedError()
      return { found }
    }
  }

  async function save(
    extension: Extension,
    contact: Parameters<typeof contactFacts>[0],
  ): Promise<Contact> {
    const { id: extensionRowId, tenantId } = extension
    const phoneNumbers = await db.phoneNumber.findMany({ where: { extensionRowId }, take: 1 })
    const facts = contactFacts(contact, homeOf(phoneNumbers))
    await inTransaction(db, async (tx) => {
      if (!(await holdConnected(tx, extensionRowId))) return
      await saveContacts(tx, { tenantId, extensionRowId }, [facts], clock.now())
    })
    const { rcContactId } = facts
    return db.contact.findUniqueOrThrow({
      where: { extensionRowId_rcContactId: { extensionRowId, rcContactId } },
    })
  }

  return {
    async create(
      tenantId: string,
      { extensionId, ...given }: { extensionId: string } & GivenFields,
    ): Promise<Contact> {
      const fields = Object.fromEntries(
        Object.entries(parseFields(given)).filter(([, value]) => value !== ''),
      )
      if (Object.keys(fields).length === 0) {
        throw new InvalidInputError('firstName', 'A contact needs at least one of its fields.')
      }
      const extension = await owner(tenantId, extensionId)
      const before = await db.contact.findMany({
        where: { extensionRowId: extension.id, ...fields },
        select: { id: true },
      })
      const outcome = await change(
        extension,
        (addressBook) => addressBook.create(fields),
        () =>
          db.contact.findFirst({
            where: {
              extensionRowId: extension.id,
              ...fields,
              id: { notIn: before.map(({ id }) => id) },
            },
          }),
      )
      return 'found' in outcome ? outcome.found : save(extension, outcome.done)
    },

    async update(tenantId: string, { id, ...given }: { id: string } & GivenFields) {
      const fields = parseFields(given)
      if (Object.keys(fields).length === 0) {
        throw new InvalidInputError('firstName', 'Say what to change.')
      }
      const contact = await find(tenantId, id)
      const extension = await owner(tenantId, contact.extensionRowId)
      // What is empty is removed at RingCentral by null: an empty mail address it refuses.
      const wanted = Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [name, value || null]),
      )
      const outcome = await change(
        extension,
        (addressBook) => addressBook.update(contact.rcContactId, wanted),
        () => db.contact.findFirst({ where: { id, ...wanted } }),
      )
      return 'found' in outcome ? outcome.found : save(extension, outcome.done)
    },

    /** @returns what it was */
    async remove(tenantId: string, id: string): Promise<Contact> {
      const contact = await find(tenantId, id)
      const extension = await owner(tenantId, contact.extensionRowId)
      await change(
        extension,
        (addressBook) => addressBook.remove(contact.rcContactId),
        async () => ((await db.contact.findUnique({ where: { id } })) ? null : contact),
      )
      await db.contact.deleteMany({ where: { id } })
      return contact
    },
  }
}

/** RingCentral names a field as we do. */
function faultyField(error: unknown): InvalidInputError | undefined {
  if (!(error instanceof RingCentralRefusedError) || !isEditable(error.parameterName)) return
  const { parameterName, code } = error
  return new InvalidInputError(
    parameterName,
    `RingCentral does not take this \`${parameterName}\` (${code ?? error.status}). Nothing was changed.`,
  )
}
