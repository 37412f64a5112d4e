import type pg from 'pg'
import { searchTextOf } from '../../src/people/search-text.ts'
import { withoutIndexes } from './without-indexes.ts'

/** Whose inbox is filled. */
export type Owner = { tenantId: string; rcAccountId: string }

export const agents = 50
const people = 2_000
const neighbours = 4
const syllables = 'ba,ce,di,fo,gu,ha,je,ki,lo,mu,na,pe,ri,so,tu,va,we,xi,yo,zu'

/**
 * A large company's inbox, the texts of two years: fifty numbers, a few conversations with very many texts, most
 * with a few, one in five archived, one in fifty unread. Every text has the word `order`, one in a hundred `refund`, and
 * others from a vocabulary in which some are rare. Beside it a fifth as much of each of some other tenants.
 */
export async function fillConversations(
  db: pg.Client,
  owner: Owner,
  size: { messages: number; conversations: number },
): Promise<void> {
  // What comes in is consistent by itself: no foreign keys are checked a million times over.
  await db.query('SET session_replication_role = replica')
  await db.query(
    `INSERT INTO "Tenant" ("id", "name") SELECT 'tnt_bench' || n, 'Neighbour ' || n FROM generate_series(1, ${neighbours}) AS n`,
  )
  await withoutIndexes(db, ['Message', 'Conversation'], async () => {
    await fillTenant(db, owner, 'a', size)
    for (let n = 1; n <= neighbours; n++) {
      const part = { messages: size.messages / 20, conversations: size.conversations / 20 }
      await fillTenant(db, { ...owner, tenantId: `tnt_bench${n}` }, `b${n}`, part)
    }
  })
  await fillPeople(db, owner)
  await db.query('SET session_replication_role = DEFAULT')
  await db.query('VACUUM ANALYZE "Message", "Conversation", "Contact", "DirectoryEntry"')
}

async function fillTenant(
  db: pg.Client,
  { tenantId, rcAccountId }: Owner,
  mark: string,
  { messages, conversations }: { messages: number; conversations: number },
): Promise<void> {
  await db.query(
    `INSERT INTO "Extension" ("id", "tenantId", "extensionId", "rcAccountId", "connectedAt", "status", "name")
     SELECT 'ext_${mark}' || n, $1, (900000 + n)::text, $2, now(), 'REVOKED', 'Agent ' || n
     FROM generate_series(0, ${agents - 1}) AS n`,
    [tenantId, rcAccountId],
  )
  await db.query(
    `INSERT INTO "Message" ("id", "tenantId", "extensionRowId", "type", "direction", "status", "from", "to", "text",
       "createdAt", "rcMessageId", "isRead", "rcIsRead", "conversationId")
     SELECT 'msg_${mark}' || n, $1, 'ext_${mark}' || c % ${agents}, 'SMS', way::"MessageDirection",
       CASE way WHEN 'INBOUND' THEN 'RECEIVED' ELSE 'DELIVERED' END::"MessageStatus",
       CASE way WHEN 'INBOUND' THEN customer ELSE number END,
       ARRAY[CASE way WHEN 'INBOUND' THEN number ELSE customer END], words, sent, '${mark}-' || n,
       CASE way WHEN 'INBOUND' THEN c % 50 <> 7 OR n > $3 END, CASE way WHEN 'INBOUND' THEN true END, 'cnv_${mark}' || c
     FROM (
       SELECT n, c, date_trunc('second', now()) - n * interval '63 seconds' AS sent,
         CASE WHEN n % 5 < 3 THEN 'INBOUND' ELSE 'OUTBOUND' END AS way,
         '+1202' || 5550000 + c % ${agents} AS number, '+1415' || 5000000 + c AS customer,
         concat_ws(' ', 'Your order', n, CASE WHEN hash % 100 = 1 THEN 'refund' END, (
           SELECT string_agg(concat(
               syllable[1 + (hash / (7 * k)) % 20], syllable[1 + (hash / (140 * k)) % (k * 3)], syllable[1 + (hash / (11 * k)) % k]), ' ')
           FROM generate_series(1, 6) AS k)) AS words
       FROM (
         -- Some are written to all the time, most now and then, and each at least once.
         SELECT n, CASE WHEN n % 3 = 0 THEN power((hash % 10007) / 10007.0, 3) * ($3 - 1) ELSE n % $3 END::int AS c,
           hash, string_to_array('${syllables}', ',') AS syllable
         FROM (SELECT n, (n::bigint * 7919 + 104729) * 31337 % 1000003 AS hash FROM generate_series(1, $2::int) AS n) AS numbered
       ) AS placed
     ) AS messages`,
    [tenantId, messages, conversations],
  )
  await db.query(
    `INSERT INTO "Conversation" ("id", "tenantId", "extensionRowId", "type", "number", "participants", "key", "searchText",
       "lastMessageId", "lastMessageAt", "unreadCount", "archivedAt", "assigneeId", "createdAt")
     SELECT "conversationId", $1, "extensionRowId", 'SMS', number, ARRAY[customer], "conversationId", customer,
       last, "lastAt", unread, CASE WHEN c % 5 = 3 THEN "lastAt" END, CASE WHEN c % 3 = 0 THEN 'agent-' || c % 40 END, "firstAt"
     FROM (
       SELECT "conversationId", min("extensionRowId") AS "extensionRowId", substr("conversationId", ${5 + mark.length})::int AS c,
         min(CASE "direction" WHEN 'INBOUND' THEN "to"[1] ELSE "from" END) AS number,
         min(CASE "direction" WHEN 'INBOUND' THEN "from" ELSE "to"[1] END) AS customer,
         (array_agg("id" ORDER BY "createdAt" DESC))[1] AS last, max("createdAt") AS "lastAt", min("createdAt") AS "firstAt",
         count(*) FILTER (WHERE NOT "isRead") AS unread
       FROM "Message" WHERE "tenantId" = $1 AND "conversationId" IS NOT NULL GROUP BY 1
     ) AS conversations`,
    [tenantId],
  )
}

/** Some customers are in an agent's address book, and there is a directory. */
async function fillPeople(db: pg.Client, { tenantId, rcAccountId }: Owner): Promise<void> {
  const lastNames = ['Adler', 'Banerjee', 'Costa', 'Diaz', 'Fischer', 'García', 'Kim', 'Nakamura']
  const all = Array.from({ length: people }, (_, n) => {
    const name = `Customer ${lastNames[n % 8]} ${n}`
    const c = n * 25
    const phone = `+1415${5_000_000 + c}`
    return {
      n,
      name,
      phone,
      extension: `ext_a${c % agents}`,
      searchText: searchTextOf([name], [phone]),
    }
  })
  const given = JSON.stringify(all)
  const columns = '"n" int, "name" text, "phone" text, "extension" text, "searchText" text'
  await db.query(
    `INSERT INTO "Contact" ("id", "tenantId", "extensionRowId", "rcContactId", "name", "phoneNumbers", "searchText", "seenAt")
     SELECT 'con_bench' || "n", $1, "extension", "n"::text, "name", ARRAY["phone"], "searchText", now()
     FROM jsonb_to_recordset($2::jsonb) AS one(${columns})`,
    [tenantId, given],
  )
  await db.query(
    `INSERT INTO "DirectoryEntry" ("id", "tenantId", "rcAccountId", "extensionId", "type", "status", "name",
       "extensionNumber", "phoneNumbers", "searchText", "seenAt")
     SELECT 'dir_bench' || "n", $1, $2, (800000 + "n")::text, 'User', 'Enabled', 'Colleague ' || "n", (1000 + "n")::text,
       ARRAY['+1303' || 5550000 + "n"], ' colleague ' || "n", now()
     FROM jsonb_to_recordset($3::jsonb) AS one(${columns})`,
    [tenantId, rcAccountId, given],
  )
}
