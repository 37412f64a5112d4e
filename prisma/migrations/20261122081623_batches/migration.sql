-- CreateEnum
CREATE TYPE "BatchStatus" AS ENUM ('RUNNING', 'PAUSED', 'COMPLETED', 'CANCELED');

-- AlterTable
ALTER TABLE "Message" ADD COLUMN     "batchId" TEXT;

-- CreateTable
CREATE TABLE "MessageBatch" (
    "id" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "status" "BatchStatus" NOT NULL DEFAULT 'RUNNING',
    "name" TEXT,
    "size" INTEGER NOT NULL,
    "filled" INTEGER NOT NULL DEFAULT 0,
    "plan" JSONB NOT NULL DEFAULT '[]',
    "validFor" INTEGER,
    "rejected" JSONB NOT NULL DEFAULT '[]',
    "sendAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "pausedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),
    "counts" JSONB NOT NULL,
    "idempotencyKey" TEXT,
    "requestHash" BYTEA NOT NULL,

    CONSTRAINT "MessageBatch_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "MessageBatch_tenantId_createdAt_id_idx" ON "MessageBatch"("tenantId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "MessageBatch_status_idx" ON "MessageBatch"("status");

-- CreateIndex
CREATE UNIQUE INDEX "MessageBatch_tenantId_idempotencyKey_key" ON "MessageBatch"("tenantId", "idempotencyKey");

-- CreateIndex
CREATE INDEX "Message_batchId_status_idx" ON "Message"("batchId", "status");

-- AddForeignKey
ALTER TABLE "Message" ADD CONSTRAINT "Message_batchId_fkey" FOREIGN KEY ("batchId") REFERENCES "MessageBatch"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "MessageBatch" ADD CONSTRAINT "MessageBatch_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- By hand, which a schema cannot say: what waits in a lane, with texts of batches apart from those that were sent by
-- themselves. In the order in which they leave.
DROP INDEX "Message_lane_idx";
CREATE INDEX "Message_lane_idx" ON "Message"("extensionRowId", GREATEST("createdAt", "sendAt"), "id") WHERE "batchId" IS NULL AND "direction" = 'OUTBOUND' AND "status" IN ('QUEUED', 'SENDING');
CREATE INDEX "Message_batch_lane_idx" ON "Message"("batchId", "extensionRowId", GREATEST("createdAt", "sendAt"), "id") WHERE "batchId" IS NOT NULL AND "direction" = 'OUTBOUND' AND "status" IN ('QUEUED', 'SENDING');
