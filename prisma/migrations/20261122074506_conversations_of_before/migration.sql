-- Apart from the new columns, whose lock keeps everybody out until the commit: while this goes through a large table,
-- messages are read and accepted as ever. It may run twice: it once was a part of the one before.

-- Every text and every message between colleagues that is there already gets its conversation. Your side of a group is
-- the number that is yours; a colleague's is known by number or by id.
CREATE TABLE "_Place" AS
SELECT message."id", message."tenantId", message."extensionRowId", message."type", message."createdAt", place."number",
       place."participants",
       encode(sha256(convert_to(place."own" || ' ' || array_to_string(place."participants", ' '), 'UTF8')), 'hex') AS "key"
FROM "Message" AS message
JOIN "Extension" AS extension ON extension."id" = message."extensionRowId"
CROSS JOIN LATERAL (
  SELECT CASE
    WHEN message."type" = 'INTERNAL' THEN coalesce(extension."extensionNumber", extension."extensionId")
    WHEN message."direction" = 'OUTBOUND' THEN message."from"
    ELSE coalesce(
      (SELECT "own" FROM unnest(message."to") AS "own" WHERE EXISTS (
        SELECT 1 FROM "PhoneNumber" AS phone
        WHERE phone."extensionRowId" = message."extensionRowId" AND phone."phoneNumber" = "own") LIMIT 1),
      message."to"[1], 'unknown') END AS "number"
) AS side
CROSS JOIN LATERAL (
  SELECT side."number",
    CASE WHEN message."type" = 'INTERNAL' THEN 'INTERNAL ' || message."extensionRowId" ELSE 'SMS ' || side."number" END AS "own",
    coalesce(
      (SELECT array_agg("other" ORDER BY "other" COLLATE "C") FROM (
        SELECT DISTINCT "other" FROM unnest(
          CASE message."direction" WHEN 'OUTBOUND' THEN message."to" ELSE message."from" || message."to" END) AS "other"
        WHERE "other" <> side."number"
          AND NOT (message."type" = 'INTERNAL' AND "other" = extension."extensionId")) AS others),
      ARRAY[side."number"]) AS "participants"
) AS place
WHERE message."type" IN ('SMS', 'INTERNAL');

INSERT INTO "Conversation" ("id", "tenantId", "extensionRowId", "type", "number", "participants", "key", "searchText", "lastMessageAt", "createdAt")
SELECT DISTINCT ON ("tenantId", "key")
  'cnv' || substr("id", strpos("id", '_')), "tenantId", "extensionRowId", "type", "number", "participants", "key",
  array_to_string("participants", ' '), "createdAt", "createdAt"
FROM "_Place" ORDER BY "tenantId", "key", "createdAt", "id"
ON CONFLICT DO NOTHING;

ANALYZE "_Place";
ANALYZE "Conversation";

-- Each row once: of a million this is what takes time.
UPDATE "Message" AS message SET "conversationId" = conversation."id", "rcIsRead" = message."isRead"
FROM "_Place" AS place
JOIN "Conversation" AS conversation ON conversation."tenantId" = place."tenantId" AND conversation."key" = place."key"
WHERE message."id" = place."id";

UPDATE "Message" SET "rcIsRead" = "isRead" WHERE "isRead" IS NOT NULL AND "conversationId" IS NULL;

UPDATE "Conversation" AS conversation SET
  "lastMessageId" = last."id", "lastMessageAt" = last."createdAt", "extensionRowId" = last."extensionRowId",
  "unreadCount" = (SELECT count(*) FROM "Message" AS unread WHERE unread."conversationId" = conversation."id"
    AND unread."direction" = 'INBOUND' AND unread."isRead" = false AND unread."deletedAt" IS NULL)
FROM (SELECT DISTINCT ON ("conversationId") * FROM "Message" WHERE "conversationId" IS NOT NULL
  ORDER BY "conversationId", "createdAt" DESC, "id" DESC) AS last
WHERE last."conversationId" = conversation."id";

DROP TABLE "_Place";

-- Events of messages that somebody may still replay get the shape that messages have now.
UPDATE "Event" AS event SET "snapshot" = event."snapshot" || jsonb_build_object(
  'conversationId', (SELECT "conversationId" FROM "Message" AS message WHERE message."id" = event."subjectId"),
  'sentElsewhere', false, 'importedAt', null, 'rcIsRead', event."snapshot"->'isRead')
WHERE "type" IN ('message.received', 'message.status', 'message.changed');

-- By hand, which a schema cannot say: what is looked for all the time, and is a part of a large table; numbers by their
-- digits, and texts by the beginnings of their words.
CREATE INDEX IF NOT EXISTS "Message_unread_idx" ON "Message"("conversationId") WHERE "isRead" = false AND "direction" = 'INBOUND';
CREATE INDEX IF NOT EXISTS "Message_readToTell_idx" ON "Message"("extensionRowId", "createdAt") WHERE "readToTell";
CREATE INDEX IF NOT EXISTS "Message_words_idx" ON "Message" USING GIN (to_tsvector('simple', "text"));
CREATE INDEX IF NOT EXISTS "Conversation_inbox_idx" ON "Conversation"("tenantId", "lastMessageAt", "id") WHERE "archivedAt" IS NULL;
CREATE INDEX IF NOT EXISTS "Conversation_unread_idx" ON "Conversation"("tenantId", "lastMessageAt", "id") WHERE "unreadCount" > 0;
CREATE INDEX IF NOT EXISTS "Conversation_searchText_trgm_idx" ON "Conversation" USING GIN ("searchText" gin_trgm_ops) WITH (fastupdate = off);
