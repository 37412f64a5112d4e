-- By hand, which a schema cannot say. Words are looked for within one tenant, whatever the others have: one that is rare here
-- may be in all the texts of another. What waits to be sorted into the index is read by every search: it stays small.
CREATE EXTENSION IF NOT EXISTS btree_gin;
DROP INDEX "Message_words_idx";
CREATE INDEX "Message_words_idx" ON "Message" USING GIN ("tenantId", to_tsvector('simple', "text")) WITH (gin_pending_list_limit = 512);
