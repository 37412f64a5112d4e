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
