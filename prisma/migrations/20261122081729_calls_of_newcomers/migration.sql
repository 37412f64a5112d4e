-- AlterTable
ALTER TABLE "Extension" ADD COLUMN     "callsAdoptedAt" TIMESTAMPTZ(3);

-- Finds the calls in which an extension took part that was not connected then.
CREATE INDEX "Call_party_extensions_idx" ON "Call"
  USING GIN (jsonb_path_query_array("parties", '$[*].extensionId') jsonb_path_ops);

-- A caller who was sent to the mailbox is to be called back, as one who gave up is.
UPDATE "Call" SET "isMissed" = true
WHERE "direction" = 'INBOUND' AND "result" IN ('VOICEMAIL', 'CANCELED') AND NOT "isMissed";
