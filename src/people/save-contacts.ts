import type { Tx } from '../db/client.ts'
import { createId } from '../lib/ids.ts'
import type { ContactFacts } from './contact-row.ts'

export type AddressBook = { tenantId: string; extensionRowId: string }

/** Writes contacts as they are at RingCentral, in one statement; those that are known keep their ids. */
export async function saveContacts(
  tx: Tx,
  { tenantId, extensionRowId }: AddressBook,
  contacts: readonly ContactFacts[],
  seenAt: Date,
): Promise<void> {
  // The windows of syncs overlap: of the same contact twice, the last one counts.
  const last = [...new Map(contacts.map((contact) => [contact.rcContactId, contact])).values()]
  const rows = JSON.stringify(
    last.map((contact) => ({ id: createId('Contact'), ...contact })),
    (_key, value) => (typeof value === 'string' ? value.replaceAll('\u0000', '') : value),
  )
  await tx.$executeRaw`
    INSERT INTO "Contact" ("id", "tenantId", "extensionRowId", "rcContactId", "name", "firstName", "lastName",
      "company", "jobTitle", "email", "mobilePhone", "businessPhone", "homePhone", "notes", "phoneNumbers", "searchText", "seenAt")
    SELECT row."id", ${tenantId}, ${extensionRowId}, row."rcContactId", row."name", row."firstName", row."lastName",
      row."company", row."jobTitle", row."email", row."mobilePhone", row."businessPhone", row."homePhone", row."notes",
      row."phoneNumbers", row."searchText", ${seenAt}
    FROM jsonb_to_recordset(${rows}::jsonb) AS row("id" text, "rcContactId" text, "name" text, "firstName" text,
      "lastName" text, "company" text, "jobTitle" text, "email" text, "mobilePhone" text, "businessPhone" text,
      "homePhone" text, "notes" text, "phoneNumbers" text[], "searchText" text)
    ON CONFLICT ("extensionRowId", "rcContactId") DO UPDATE SET
      "name" = excluded."name", "firstName" = excluded."firstName", "lastName" = excluded."lastName",
      "company" = excluded."company", "jobTitle" = excluded."jobTitle", "email" = excluded."email",
      "mobilePhone" = excluded."mobilePhone", "businessPhone" = excluded."businessPhone",
      "homePhone" = excluded."homePhone", "notes" = excluded."notes", "phoneNumbers" = excluded."phoneNumbers",
      "searchText" = excluded."searchText", "seenAt" = excluded."seenAt"`
}
