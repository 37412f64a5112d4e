-- CreateEnum
CREATE TYPE "HistoryImportStatus" AS ENUM ('RUNNING', 'DONE', 'FAILED');

-- AlterTable
ALTER TABLE "Message" ADD COLUMN     "conversationId" TEXT,
ADD COLUMN     "importedAt" TIMESTAMPTZ(3),
ADD COLUMN     "rcIsRead" BOOLEAN,
ADD COLUMN     "readToTell" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "readToldAt" TIMESTAMPTZ(3),
ADD COLUMN     "sentElsewhere" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "Tenant" ADD COLUMN     "historyDays" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "Conversation" (
    "id" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "extensionRowId" TEXT NOT NULL,
    "type" "MessageType" NOT NULL,
    "number" TEXT NOT NULL,
    "participants" TEXT[],
    "key" TEXT NOT NULL,
    "searchText" TEXT NOT NULL,
    "lastMessageId" TEXT,
    "lastMessageAt" TIMESTAMPTZ(3) NOT NULL,
    "unreadCount" INTEGER NOT NULL DEFAULT 0,
    "archivedAt" TIMESTAMPTZ(3),
    "assigneeId" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Conversation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "HistoryImport" (
    "extensionRowId" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "status" "HistoryImportStatus" NOT NULL DEFAULT 'RUNNING',
    "since" TIMESTAMPTZ(3) NOT NULL,
    "reachedAt" TIMESTAMPTZ(3) NOT NULL,
    "page" INTEGER NOT NULL DEFAULT 1,
    "importedCount" INTEGER NOT NULL DEFAULT 0,
    "reason" TEXT,
    "startedAt" TIMESTAMPTZ(3) NOT NULL,
    "finishedAt" TIMESTAMPTZ(3),
    "movedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "HistoryImport_pkey" PRIMARY KEY ("extensionRowId")
);

-- CreateIndex
-- Not a unique one: changing what a unique index has takes a lock that waits for everybody who writes into the conversation.
CREATE INDEX "Conversation_lastMessageId_idx" ON "Conversation"("lastMessageId");

-- CreateIndex
CREATE INDEX "Conversation_tenantId_lastMessageAt_id_idx" ON "Conversation"("tenantId", "lastMessageAt", "id");

-- CreateIndex
CREATE INDEX "Conversation_extensionRowId_lastMessageAt_id_idx" ON "Conversation"("extensionRowId", "lastMessageAt", "id");

-- CreateIndex
CREATE INDEX "Conversation_tenantId_number_lastMessageAt_id_idx" ON "Conversation"("tenantId", "number", "lastMessageAt", "id");

-- CreateIndex
CREATE INDEX "Conversation_tenantId_assigneeId_lastMessageAt_id_idx" ON "Conversation"("tenantId", "assigneeId", "lastMessageAt", "id");

-- CreateIndex
CREATE INDEX "Conversation_participants_idx" ON "Conversation" USING GIN ("participants");

-- CreateIndex
CREATE UNIQUE INDEX "Conversation_tenantId_key_key" ON "Conversation"("tenantId", "key");

-- CreateIndex
CREATE INDEX "HistoryImport_tenantId_idx" ON "HistoryImport"("tenantId");

-- CreateIndex
CREATE INDEX "HistoryImport_status_movedAt_idx" ON "HistoryImport"("status", "movedAt");

-- CreateIndex
CREATE INDEX "Message_conversationId_createdAt_id_idx" ON "Message"("conversationId", "createdAt", "id");

-- AddForeignKey
ALTER TABLE "Message" ADD CONSTRAINT "Message_conversationId_fkey" FOREIGN KEY ("conversationId") REFERENCES "Conversation"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Conversation" ADD CONSTRAINT "Conversation_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Conversation" ADD CONSTRAINT "Conversation_extensionRowId_fkey" FOREIGN KEY ("extensionRowId") REFERENCES "Extension"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Conversation" ADD CONSTRAINT "Conversation_lastMessageId_fkey" FOREIGN KEY ("lastMessageId") REFERENCES "Message"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "HistoryImport" ADD CONSTRAINT "HistoryImport_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "HistoryImport" ADD CONSTRAINT "HistoryImport_extensionRowId_fkey" FOREIGN KEY ("extensionRowId") REFERENCES "Extension"("id") ON DELETE CASCADE ON UPDATE CASCADE;

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
FROM "_Place" ORDER BY "tenantId", "key", "createdAt", "id";

UPDATE "Message" AS message SET "conversationId" = conversation."id"
FROM "_Place" AS place
JOIN "Conversation" AS conversation ON conversation."tenantId" = place."tenantId" AND conversation."key" = place."key"
WHERE message."id" = place."id";

UPDATE "Message" SET "rcIsRead" = "isRead" WHERE "isRead" IS NOT NULL;

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
CREATE INDEX "Message_unread_idx" ON "Message"("conversationId") WHERE "isRead" = false AND "direction" = 'INBOUND';
CREATE INDEX "Message_readToTell_idx" ON "Message"("extensionRowId", "createdAt") WHERE "readToTell";
CREATE INDEX "Message_words_idx" ON "Message" USING GIN (to_tsvector('simple', "text"));
CREATE INDEX "Conversation_inbox_idx" ON "Conversation"("tenantId", "lastMessageAt", "id") WHERE "archivedAt" IS NULL;
CREATE INDEX "Conversation_unread_idx" ON "Conversation"("tenantId", "lastMessageAt", "id") WHERE "unreadCount" > 0;
CREATE INDEX "Conversation_searchText_trgm_idx" ON "Conversation" USING GIN ("searchText" gin_trgm_ops) WITH (fastupdate = off);
