-- CreateEnum
CREATE TYPE "MessagePurpose" AS ENUM ('OPT_OUT_CONFIRMATION', 'HELP_REPLY');

-- CreateEnum
CREATE TYPE "ConsentStatus" AS ENUM ('OPTED_IN', 'OPTED_OUT');

-- CreateEnum
CREATE TYPE "ConsentSource" AS ENUM ('KEYWORD', 'API', 'RINGCENTRAL');

-- AlterTable
ALTER TABLE "Message" ADD COLUMN     "cancelRequestedAt" TIMESTAMPTZ(3),
ADD COLUMN     "ignoreQuietHours" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "purpose" "MessagePurpose",
ADD COLUMN     "sendAt" TIMESTAMPTZ(3),
ADD COLUMN     "validFor" INTEGER;

-- AlterTable
ALTER TABLE "Tenant" ADD COLUMN     "helpText" TEXT,
ADD COLUMN     "quietHours" JSONB;

-- CreateTable
CREATE TABLE "Consent" (
    "id" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "number" TEXT NOT NULL,
    "other" TEXT NOT NULL,
    "status" "ConsentStatus" NOT NULL,
    "source" "ConsentSource" NOT NULL,
    "changedAt" TIMESTAMPTZ(3) NOT NULL,
    "heardAt" TIMESTAMPTZ(3) NOT NULL,
    "keyword" TEXT,
    "messageId" TEXT,
    "note" TEXT,
    "confirmationId" TEXT,
    "toldAt" TIMESTAMPTZ(3),
    "mirrorError" TEXT,

    CONSTRAINT "Consent_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Consent_tenantId_status_changedAt_id_idx" ON "Consent"("tenantId", "status", "changedAt", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Consent_tenantId_number_other_key" ON "Consent"("tenantId", "number", "other");

-- AddForeignKey
ALTER TABLE "Consent" ADD CONSTRAINT "Consent_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What was accepted before counts from its acceptance.
UPDATE "Message" SET "validFor" = extract(epoch FROM "expiresAt" - "createdAt")::integer WHERE "expiresAt" IS NOT NULL;

-- By hand, which a schema cannot say: what waits is a few rows of a large table. In the order in which a lane sends;
-- by when it is due; and by the pair of numbers, for who opts out.
CREATE INDEX "Message_lane_idx" ON "Message"("extensionRowId", GREATEST("createdAt", "sendAt"), "id") WHERE "direction" = 'OUTBOUND' AND "status" IN ('QUEUED', 'SENDING');
CREATE INDEX "Message_due_idx" ON "Message"("sendAt") WHERE "status" = 'SCHEDULED';
CREATE INDEX "Message_waiting_idx" ON "Message"("tenantId", "from") WHERE "direction" = 'OUTBOUND' AND "status" IN ('QUEUED', 'SCHEDULED', 'SENDING');
