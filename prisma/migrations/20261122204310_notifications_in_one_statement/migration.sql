-- A notification is stored by one statement, its job too, and looks into one table instead of three: the key that includes the
-- tenant says what the others did, since a webhook names its own tenant. The table is big, but a key that goes costs it nothing.
ALTER TABLE "Notification" DROP CONSTRAINT "Notification_tenantId_fkey", DROP CONSTRAINT "Notification_webhookSubscriptionId_fkey";

-- Hands in a job to be done at once, as `queue.send` in src/jobs/queue.ts does: it is as pg-boss writes it, with its notification.
CREATE FUNCTION "sendJob"("ofQueue" text, "payload" jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO pgboss.job (name, data, policy, retry_limit, retry_delay, retry_backoff, retry_delay_max,
      expire_seconds, deletion_seconds, heartbeat_seconds, keep_until)
    SELECT name, "payload", policy, retry_limit, retry_delay, retry_backoff,
      retry_delay_max, expire_seconds, deletion_seconds, heartbeat_seconds, now() + retention_seconds * interval '1s'
    FROM pgboss.queue WHERE name = "ofQueue";
  IF NOT FOUND THEN RAISE 'There is no queue %', "ofQueue"; END IF;
  PERFORM pg_notify('pgboss_' || left(encode(sha224('pgboss'), 'hex'), 24), "ofQueue");
END
$$;

-- As before, with its job by the function above.
CREATE OR REPLACE FUNCTION "wakeLane"("extension" text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "SendLane" AS lane ("extensionRowId", "wokenAt") VALUES ("extension", clock_timestamp())
    ON CONFLICT ("extensionRowId") DO UPDATE SET "wokenAt" = excluded."wokenAt"
      WHERE lane."wokenAt" IS NULL AND coalesce(lane."pausedUntil" <= clock_timestamp(), true);
  IF FOUND THEN PERFORM "sendJob"('send-sms', jsonb_build_object('extensionRowId', "extension")); END IF;
END
$$;
