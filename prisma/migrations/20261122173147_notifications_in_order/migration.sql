-- AlterTable
ALTER TABLE "Notification" ADD COLUMN     "failedAt" TIMESTAMPTZ(3);

-- By hand, which a schema cannot say. What waits is found by its webhook, in the order in which it came. The table is big, but this
-- index holds only what waits, which is little: the statement reads the table once.
DROP INDEX "Notification_waiting_idx";
CREATE INDEX "Notification_waiting_idx" ON "Notification"("webhookSubscriptionId", "receivedAt", "id") WHERE "processedAt" IS NULL;
