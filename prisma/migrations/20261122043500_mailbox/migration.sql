-- CreateEnum
CREATE TYPE "MessageType" AS ENUM ('SMS', 'INTERNAL', 'VOICEMAIL', 'FAX');

-- AlterTable
ALTER TABLE "Message" ADD COLUMN     "attachments" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "colleagues" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "deletedAt" TIMESTAMPTZ(3),
ADD COLUMN     "durationSeconds" INTEGER,
ADD COLUMN     "isRead" BOOLEAN,
ADD COLUMN     "pageCount" INTEGER,
ADD COLUMN     "type" "MessageType" NOT NULL DEFAULT 'SMS';

-- These tokens remember that texts alone were asked for. Without them the next sync is a full one, of everything since the last.
UPDATE "Extension" SET "messageSyncToken" = NULL;

-- Events of messages that somebody may still replay get the shape that messages have now.
UPDATE "Event" SET "snapshot" = "snapshot" || '{"type": "SMS", "isRead": null, "durationSeconds": null, "pageCount": null, "attachments": [], "deletedAt": null}'::jsonb
WHERE "type" IN ('message.received', 'message.status');
