-- Looked for within one tenant, whatever the others have: a word that is rare here may be in all the texts of another.
CREATE EXTENSION IF NOT EXISTS btree_gin;

-- DropIndex
DROP INDEX "Conversation_participants_idx";

-- DropIndex
DROP INDEX "Conversation_searchText_trgm_idx";

-- CreateIndex
CREATE INDEX "Conversation_tenantId_participants_idx" ON "Conversation" USING GIN ("tenantId", "participants");

-- By hand, which a schema cannot say. What waits to be sorted into the index is read by every search: it stays small.
CREATE INDEX "Conversation_tenantId_searchText_trgm_idx" ON "Conversation" USING GIN ("tenantId", "searchText" gin_trgm_ops) WITH (fastupdate = off);
DROP INDEX "Message_words_idx";
CREATE INDEX "Message_words_idx" ON "Message" USING GIN ("tenantId", to_tsvector('simple', "text")) WITH (gin_pending_list_limit = 512);
