-- CreateEnum
CREATE TYPE "MessageResolution" AS ENUM ('RESENT', 'GIVEN_UP');

-- AlterTable
ALTER TABLE "Extension" ADD COLUMN     "recoveredMessages" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "Message" ADD COLUMN     "expiresAt" TIMESTAMPTZ(3),
ADD COLUMN     "recoveredAt" TIMESTAMPTZ(3),
ADD COLUMN     "resendOfId" TEXT,
ADD COLUMN     "resolution" "MessageResolution",
ADD COLUMN     "resolvedAt" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "SendLane" ADD COLUMN     "wokenAt" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "MessageStep" (
    "id" BIGSERIAL NOT NULL,
    "tenantId" TEXT NOT NULL,
    "messageId" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "status" "MessageStatus",
    "errorCode" TEXT,
    "note" TEXT,

    CONSTRAINT "MessageStep_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SendPause" (
    "id" BIGSERIAL NOT NULL,
    "extensionRowId" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "until" TIMESTAMPTZ(3),
    "reason" TEXT NOT NULL,

    CONSTRAINT "SendPause_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Pulse" (
    "id" TEXT NOT NULL,
    "beatAt" TIMESTAMPTZ(3) NOT NULL,
    "outageEndedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Pulse_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "MessageStep_messageId_id_idx" ON "MessageStep"("messageId", "id");

-- CreateIndex
CREATE INDEX "SendPause_extensionRowId_at_idx" ON "SendPause"("extensionRowId", "at");

-- CreateIndex
CREATE UNIQUE INDEX "Message_resendOfId_key" ON "Message"("resendOfId");

-- AddForeignKey
ALTER TABLE "Message" ADD CONSTRAINT "Message_resendOfId_fkey" FOREIGN KEY ("resendOfId") REFERENCES "Message"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "MessageStep" ADD CONSTRAINT "MessageStep_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "MessageStep" ADD CONSTRAINT "MessageStep_messageId_fkey" FOREIGN KEY ("messageId") REFERENCES "Message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SendPause" ADD CONSTRAINT "SendPause_extensionRowId_fkey" FOREIGN KEY ("extensionRowId") REFERENCES "Extension"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What the sweep looks for: a few rows of a large table.
CREATE INDEX "Notification_waiting_idx" ON "Notification"("receivedAt") WHERE "processedAt" IS NULL;
