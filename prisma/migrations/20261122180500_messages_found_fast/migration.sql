-- Pages of an extension's messages, however many others its tenant has. On millions of messages each of these takes minutes to
-- build, in which nobody can write there: with more than that, build them CONCURRENTLY before, by the same names.
-- CreateIndex
CREATE INDEX IF NOT EXISTS "Message_extensionRowId_createdAt_id_idx" ON "Message"("extensionRowId", "createdAt", "id");

-- By hand, which a schema cannot say. What is rare is found without walking past all that is usual; texts that go well pay nothing for it.
CREATE INDEX IF NOT EXISTS "Message_other_types_idx" ON "Message"("tenantId", "createdAt", "id") WHERE "type" IN ('INTERNAL', 'VOICEMAIL', 'FAX');
CREATE INDEX IF NOT EXISTS "Message_troubled_idx" ON "Message"("tenantId", "createdAt", "id")
  WHERE "status" IN ('DELIVERY_FAILED', 'SENDING_FAILED', 'UNCONFIRMED', 'CANCELED', 'EXPIRED');

-- Whom it is from and to, and any part of what it says, within one tenant: see 20261122112600_conversations_found_fast.
CREATE INDEX IF NOT EXISTS "Message_numbers_idx" ON "Message" USING GIN ("tenantId", array_append("to", "from")) WITH (gin_pending_list_limit = 512);
CREATE INDEX IF NOT EXISTS "Message_text_trgm_idx" ON "Message" USING GIN ("tenantId", lower("text") gin_trgm_ops) WITH (gin_pending_list_limit = 512);
