-- CreateEnum
CREATE TYPE "CallStatus" AS ENUM ('STARTING', 'UNCONFIRMED', 'RINGING', 'ANSWERED', 'ON_HOLD', 'ENDED', 'FAILED');

-- CreateEnum
CREATE TYPE "CallResult" AS ENUM ('ANSWERED', 'MISSED', 'VOICEMAIL', 'NO_ANSWER', 'BUSY', 'REJECTED', 'CANCELED', 'BLOCKED', 'FAILED', 'OTHER');

-- DropIndex
DROP INDEX "Call_tenantId_rcCallId_key";

-- RingCentral's own word stays, beside ours.
ALTER TABLE "Call" RENAME COLUMN "result" TO "rcResult";
ALTER TABLE "Call" ADD COLUMN "result" "CallResult";

-- AlterTable
ALTER TABLE "Call" ADD COLUMN     "answeredAt" TIMESTAMPTZ(3),
ADD COLUMN     "callerId" TEXT,
ADD COLUMN     "endedAt" TIMESTAMPTZ(3),
ADD COLUMN     "errorCode" TEXT,
ADD COLUMN     "errorMessage" TEXT,
ADD COLUMN     "extensionRowIds" TEXT[],
ADD COLUMN     "fromExtensionId" TEXT,
ADD COLUMN     "heardAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "idempotencyKey" TEXT,
ADD COLUMN     "isMissed" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "isRecorded" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "legs" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "parties" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "playPrompt" BOOLEAN,
ADD COLUMN     "recordings" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "requestHash" BYTEA,
ADD COLUMN     "ringOutId" TEXT,
ADD COLUMN     "sessionKey" TEXT,
ADD COLUMN     "status" "CallStatus" NOT NULL DEFAULT 'ENDED',
ADD COLUMN     "toExtensionId" TEXT,
ALTER COLUMN "rcCallId" DROP NOT NULL,
ALTER COLUMN "type" SET DEFAULT 'Voice',
ALTER COLUMN "durationSeconds" DROP NOT NULL;

-- AlterTable
ALTER TABLE "Extension" DROP COLUMN "callLogAttemptedAt",
ADD COLUMN     "activeCallsReadAt" TIMESTAMPTZ(3),
ADD COLUMN     "callLogOlderBefore" TIMESTAMPTZ(3),
ADD COLUMN     "callLogOlderFrom" TIMESTAMPTZ(3),
ADD COLUMN     "callLogSyncToken" TEXT;

-- CreateTable
CREATE TABLE "CallParty" (
    "tenantId" TEXT NOT NULL,
    "sessionKey" TEXT NOT NULL,
    "partyId" TEXT NOT NULL,
    "heard" JSONB NOT NULL,

    CONSTRAINT "CallParty_pkey" PRIMARY KEY ("tenantId","sessionKey","partyId")
);

-- CreateTable
CREATE TABLE "CallRecord" (
    "tenantId" TEXT NOT NULL,
    "rcCallId" TEXT NOT NULL,
    "sessionKey" TEXT NOT NULL,
    "line" JSONB NOT NULL,

    CONSTRAINT "CallRecord_pkey" PRIMARY KEY ("tenantId","rcCallId")
);

-- CreateTable
CREATE TABLE "CallAttempt" (
    "id" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "callId" TEXT NOT NULL,
    "startedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" TIMESTAMPTZ(3),
    "outcome" "AttemptOutcome",
    "rcRequestId" TEXT,
    "errorCode" TEXT,

    CONSTRAINT "CallAttempt_pkey" PRIMARY KEY ("id")
);

-- What has been one row for each line of the log: the lines are kept as such, and the first of a session stays as its call.
UPDATE "Call" SET
  "sessionKey" = coalesce("telephonySessionId", 'record:' || "rcCallId"),
  "result" = CASE WHEN "rcResult" IS NOT NULL THEN (CASE lower("rcResult")
    WHEN 'accepted' THEN 'ANSWERED' WHEN 'call connected' THEN 'ANSWERED' WHEN 'missed' THEN 'MISSED'
    WHEN 'voicemail' THEN 'VOICEMAIL' WHEN 'no answer' THEN 'NO_ANSWER' WHEN 'busy' THEN 'BUSY'
    WHEN 'rejected' THEN 'REJECTED' WHEN 'declined' THEN 'REJECTED' WHEN 'hang up' THEN 'CANCELED'
    WHEN 'abandoned' THEN 'CANCELED' WHEN 'blocked' THEN 'BLOCKED' WHEN 'call failed' THEN 'FAILED'
    WHEN 'wrong number' THEN 'FAILED' ELSE 'OTHER' END)::"CallResult" END,
  "isMissed" = "direction" = 'INBOUND' AND lower("rcResult") = 'missed',
  "endedAt" = "startedAt" + "durationSeconds" * interval '1 second',
  "extensionRowIds" = CASE WHEN "extensionRowId" IS NULL THEN '{}' ELSE ARRAY["extensionRowId"] END,
  "heardAt" = "startedAt";

INSERT INTO "CallRecord" ("tenantId", "rcCallId", "sessionKey", "line")
SELECT "tenantId", "rcCallId", "sessionKey", jsonb_build_object(
  'id', "rcCallId", 'telephonySessionId', "telephonySessionId",
  'direction', CASE "direction" WHEN 'OUTBOUND' THEN 'Outbound' ELSE 'Inbound' END,
  'startedAt', to_char("startedAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'durationMs', "durationSeconds" * 1000, 'extensionId', "rcExtensionId",
  'type', "type", 'action', "action", 'result', "rcResult", 'ringOut', "action" LIKE 'RingOut%',
  'callerLeg', "action" LIKE 'RingOut%' AND "fromNumber" = "toNumber",
  'from', jsonb_build_object('number', "fromNumber", 'name', "fromName", 'extensionId', NULL),
  'to', jsonb_build_object('number', "toNumber", 'name', "toName", 'extensionId', NULL),
  'legs', '[]'::jsonb)
FROM "Call";

DELETE FROM "Call" AS call USING "Call" AS other
WHERE call."tenantId" = other."tenantId" AND call."sessionKey" = other."sessionKey"
  AND (other."startedAt", other."id") < (call."startedAt", call."id");

ALTER TABLE "Call" DROP COLUMN "rcExtensionId", ALTER COLUMN "status" DROP DEFAULT;

-- Events of calls that somebody may still replay get the shape that calls have now.
UPDATE "Event" SET "snapshot" = "snapshot" || jsonb_build_object(
  'status', 'ENDED', 'rcResult', "snapshot"->'result', 'parties', '[]'::jsonb, 'legs', '[]'::jsonb,
  'recordings', '[]'::jsonb, 'isRecorded', false, 'heardAt', "snapshot"->'startedAt',
  'isMissed', "snapshot"->>'direction' = 'INBOUND' AND lower("snapshot"->>'result') IS NOT DISTINCT FROM 'missed',
  'extensionRowIds', CASE WHEN "snapshot"->>'extensionRowId' IS NULL THEN '[]'::jsonb
    ELSE jsonb_build_array("snapshot"->'extensionRowId') END,
  'result', CASE WHEN "snapshot"->>'result' IS NULL THEN NULL ELSE CASE lower("snapshot"->>'result')
    WHEN 'accepted' THEN 'ANSWERED' WHEN 'call connected' THEN 'ANSWERED' WHEN 'missed' THEN 'MISSED'
    WHEN 'voicemail' THEN 'VOICEMAIL' WHEN 'no answer' THEN 'NO_ANSWER' WHEN 'busy' THEN 'BUSY'
    WHEN 'rejected' THEN 'REJECTED' WHEN 'declined' THEN 'REJECTED' WHEN 'hang up' THEN 'CANCELED'
    WHEN 'abandoned' THEN 'CANCELED' WHEN 'blocked' THEN 'BLOCKED' WHEN 'call failed' THEN 'FAILED'
    WHEN 'wrong number' THEN 'FAILED' ELSE 'OTHER' END END)
WHERE "type" = 'call.changed';

-- CreateIndex
CREATE INDEX "CallRecord_tenantId_sessionKey_idx" ON "CallRecord"("tenantId", "sessionKey");

-- CreateIndex
CREATE INDEX "CallAttempt_callId_idx" ON "CallAttempt"("callId");

-- CreateIndex
CREATE INDEX "Call_tenantId_fromNumber_startedAt_idx" ON "Call"("tenantId", "fromNumber", "startedAt");

-- CreateIndex
CREATE INDEX "Call_tenantId_toNumber_startedAt_idx" ON "Call"("tenantId", "toNumber", "startedAt");

-- CreateIndex
CREATE INDEX "Call_extensionRowIds_idx" ON "Call" USING GIN ("extensionRowIds");

-- CreateIndex
CREATE UNIQUE INDEX "Call_tenantId_sessionKey_key" ON "Call"("tenantId", "sessionKey");

-- CreateIndex
CREATE UNIQUE INDEX "Call_tenantId_idempotencyKey_key" ON "Call"("tenantId", "idempotencyKey");

-- AddForeignKey
ALTER TABLE "CallParty" ADD CONSTRAINT "CallParty_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CallRecord" ADD CONSTRAINT "CallRecord_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CallAttempt" ADD CONSTRAINT "CallAttempt_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CallAttempt" ADD CONSTRAINT "CallAttempt_callId_fkey" FOREIGN KEY ("callId") REFERENCES "Call"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What is looked for all the time, and is a few rows of a large table.
CREATE INDEX "Call_live_idx" ON "Call"("tenantId", "heardAt")
  WHERE "status" IN ('STARTING', 'UNCONFIRMED', 'RINGING', 'ANSWERED', 'ON_HOLD');
CREATE INDEX "Call_missed_idx" ON "Call"("tenantId", "startedAt", "id") WHERE "isMissed";
CREATE INDEX "Call_recorded_idx" ON "Call"("tenantId", "startedAt", "id") WHERE "isRecorded";
