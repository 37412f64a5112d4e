-- DropIndex
DROP INDEX "Message_extensionRowId_rcMessageId_key";

-- AlterTable
ALTER TABLE "Extension" ADD COLUMN     "highVolumeSyncedAt" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "Message" ADD COLUMN     "highVolume" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "rcBatchId" TEXT;

-- CreateIndex
CREATE INDEX "Message_rcBatchId_idx" ON "Message"("rcBatchId");

-- CreateIndex
CREATE UNIQUE INDEX "Message_extensionRowId_rcMessageId_highVolume_key" ON "Message"("extensionRowId", "rcMessageId", "highVolume");
