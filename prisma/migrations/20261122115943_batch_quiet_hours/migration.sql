-- AlterTable
ALTER TABLE "MessageBatch" ADD COLUMN     "ignoreQuietHours" BOOLEAN NOT NULL DEFAULT false;
