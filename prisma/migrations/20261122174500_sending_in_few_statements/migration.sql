-- A text is accepted, and its attempt begun, by one function each: a round trip instead of ten. They do the plain case and
-- raise, or answer `look`, for everything else, which src/messages then does as before. Each statement in them sees what
-- was committed before it began, so what is read under a lock is the newest. They run with their caller's rights.

-- A row as events show it: times as JavaScript writes them.
CREATE FUNCTION "eventSnapshot"("given" jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_object_agg(key, CASE
    WHEN key LIKE '%At' AND jsonb_typeof(value) = 'string'
      THEN to_jsonb(to_char((value #>> '{}')::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
    ELSE value END)
  FROM jsonb_each("given")
$$;

-- Writes events at the end of a tenant's log. Taken last in a transaction: see src/events/event-log.ts.
CREATE FUNCTION "appendEvents"("ofTenant" text, VARIADIC "given" jsonb[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  "last" bigint;
BEGIN
  UPDATE "EventLog" SET "lastSequence" = "lastSequence" + cardinality("given")
    WHERE "tenantId" = "ofTenant" RETURNING "lastSequence" INTO STRICT "last";
  INSERT INTO "Event" ("tenantId", "sequence", "type", "subjectId", "snapshot", "occurredAt")
    SELECT "ofTenant", "last" - cardinality("given") + place,
      event->>'type', event->>'subjectId', event->'snapshot', clock_timestamp()
    FROM unnest("given") WITH ORDINALITY AS row(event, place);
  RETURN "last";
END
$$;

-- Has somebody look into a lane, as wakeLane in src/messages/send-lane.ts does for its first turn. The job is as pg-boss
-- writes it, with its notification.
CREATE FUNCTION "wakeLane"("extension" text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "SendLane" AS lane ("extensionRowId", "wokenAt") VALUES ("extension", clock_timestamp())
    ON CONFLICT ("extensionRowId") DO UPDATE SET "wokenAt" = excluded."wokenAt"
      WHERE lane."wokenAt" IS NULL AND coalesce(lane."pausedUntil" <= clock_timestamp(), true);
  IF NOT FOUND THEN RETURN; END IF;
  INSERT INTO pgboss.job (name, data, policy, retry_limit, retry_delay, retry_backoff, retry_delay_max,
      expire_seconds, deletion_seconds, heartbeat_seconds, keep_until)
    SELECT name, jsonb_build_object('extensionRowId', "extension"), policy, retry_limit, retry_delay, retry_backoff,
      retry_delay_max, expire_seconds, deletion_seconds, heartbeat_seconds, now() + retention_seconds * interval '1s'
    FROM pgboss.queue WHERE name = 'send-sms';
  PERFORM pg_notify('pgboss_' || left(encode(sha224('pgboss'), 'hex'), 24), 'send-sms');
END
$$;

-- Holds what is known of consents as holdConsents in src/consents does, to be read; whether somebody has opted out.
CREATE FUNCTION "isOptedOut"("ofTenant" text, "own" text, "others" text[]) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('consent ' || "ofTenant" || ' ' || "own" || ' ' || other, 0))
    FROM (SELECT other FROM unnest("others") AS other ORDER BY other COLLATE "C") AS pair;
  RETURN EXISTS (SELECT FROM "Consent" WHERE "tenantId" = "ofTenant" AND "number" = "own"
    AND "other" = ANY("others") AND "status" = 'OPTED_OUT');
END
$$;

-- Takes a plain text to be sent at once. Locks in the order of all: lane, message, consents, conversation, event counter.
CREATE FUNCTION "acceptText"(
  "id" text, "ofTenant" text, "extension" text, "own" text, "others" text[], "words" text, "at" timestamptz,
  "key" text, "hash" bytea, "quietToo" boolean,
  "newConversation" text, "participants" text[], "placeKey" text, "snapshot" jsonb,
  OUT "conversationId" text, OUT "sequence" bigint
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  "conversation" "Conversation";
  "events" jsonb[];
BEGIN
  SELECT place."id" INTO "acceptText"."conversationId" FROM "Conversation" AS place
    WHERE place."tenantId" = "ofTenant" AND place."key" = "placeKey";
  IF NOT FOUND THEN
    INSERT INTO "Conversation" ("id", "tenantId", "extensionRowId", "type", "number", "participants", "key",
        "searchText", "lastMessageAt", "createdAt")
      VALUES ("newConversation", "ofTenant", "extension", 'SMS', "own", "acceptText"."participants", "placeKey",
        array_to_string("acceptText"."participants", ' '), "at", "at")
      ON CONFLICT DO NOTHING;
    SELECT place."id" INTO "acceptText"."conversationId" FROM "Conversation" AS place
      WHERE place."tenantId" = "ofTenant" AND place."key" = "placeKey";
  END IF;
  INSERT INTO "Message" ("id", "tenantId", "extensionRowId", "type", "direction", "status", "from", "to", "text",
      "createdAt", "idempotencyKey", "requestHash", "ignoreQuietHours", "conversationId")
    VALUES ("acceptText"."id", "ofTenant", "extension", 'SMS', 'OUTBOUND', 'QUEUED', "own", "others", "words",
      "at", "acceptText"."key", "hash", "quietToo", "acceptText"."conversationId")
    ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'A twin of this request was faster' USING ERRCODE = 'RQ001';
  END IF;
  PERFORM "wakeLane"("extension");
  IF "isOptedOut"("ofTenant", "own", "others") THEN
    RAISE EXCEPTION 'Somebody has just opted out' USING ERRCODE = 'RQ001';
  END IF;
  PERFORM 1 FROM "Conversation" AS held WHERE held."id" = "acceptText"."conversationId" FOR NO KEY UPDATE;
  -- As refreshConversations in src/conversations does; nothing of ours is unread.
  UPDATE "Conversation" AS place SET
      "lastMessageId" = newest."id", "lastMessageAt" = newest."createdAt", "extensionRowId" = newest."extensionRowId"
    FROM (SELECT last."id", last."createdAt", last."extensionRowId" FROM "Message" AS last
      WHERE last."conversationId" = "acceptText"."conversationId"
      ORDER BY last."createdAt" DESC, last."id" DESC LIMIT 1) AS newest
    WHERE place."id" = "acceptText"."conversationId"
      AND (place."lastMessageId", place."lastMessageAt") IS DISTINCT FROM (newest."id", newest."createdAt")
    RETURNING place.* INTO "conversation";
  "events" := ARRAY[jsonb_build_object('type', 'message.status', 'subjectId', "acceptText"."id",
    'snapshot', "snapshot" || jsonb_build_object('conversationId', "acceptText"."conversationId"))];
  IF FOUND THEN
    "events" := "events" || jsonb_build_object('type', 'conversation.changed', 'subjectId', "conversation"."id",
      'snapshot', "eventSnapshot"(to_jsonb("conversation") - 'key' - 'searchText'));
  END IF;
  "sequence" := "appendEvents"("ofTenant", VARIADIC "events");
END
$$;

-- Begins the first attempt of a text in a lane: `begun`; or `lost`, if the lane is somebody else's; or `look`, if anything
-- may stand in its way.
CREATE FUNCTION "beginAttempt"(
  "extension" text, "lease" text, "leaseMs" int, "ofMessage" text, "attempt" text, "goesHighVolume" boolean,
  "now" timestamptz, OUT "outcome" text, OUT "number" int, OUT "sequence" bigint
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  "message" "Message";
BEGIN
  "outcome" := 'look';
  UPDATE "SendLane" SET "leaseUntil" = clock_timestamp() + "leaseMs" * interval '1 millisecond'
    WHERE "extensionRowId" = "extension" AND "leaseId" = "lease";
  IF NOT FOUND THEN
    "outcome" := 'lost';
    RETURN;
  END IF;
  SELECT * INTO "message" FROM "Message" WHERE "id" = "ofMessage" FOR NO KEY UPDATE;
  IF NOT FOUND OR "message"."status" <> 'QUEUED' OR "message"."type" <> 'SMS' OR "message"."batchId" IS NOT NULL
    OR "message"."purpose" IS NOT NULL OR "message"."cancelRequestedAt" IS NOT NULL
    OR "message"."sendAt" > "now" OR "message"."expiresAt" <= "now" THEN RETURN; END IF;
  IF NOT "message"."ignoreQuietHours" AND EXISTS (SELECT FROM "Tenant"
    WHERE "id" = "message"."tenantId" AND "quietHours" IS NOT NULL) THEN RETURN; END IF;
  IF "isOptedOut"("message"."tenantId", "message"."from", "message"."to") THEN RETURN; END IF;

  "outcome" := 'begun';
  SELECT count(*) + 1 INTO "beginAttempt"."number" FROM "MessageAttempt" WHERE "messageId" = "ofMessage";
  INSERT INTO "MessageAttempt" ("id", "tenantId", "messageId", "number", "startedAt")
    VALUES ("attempt", "message"."tenantId", "ofMessage", "beginAttempt"."number", "now");
  UPDATE "Message" SET "status" = 'SENDING', "errorCode" = NULL, "errorMessage" = NULL, "mayRetry" = false,
      "highVolume" = "goesHighVolume"
    WHERE "id" = "ofMessage" RETURNING * INTO "message";
  INSERT INTO "MessageStep" ("tenantId", "messageId", "status") VALUES ("message"."tenantId", "ofMessage", 'SENDING');
  "sequence" := "appendEvents"("message"."tenantId",
    jsonb_build_object('type', 'message.status', 'subjectId', "ofMessage", 'snapshot', "eventSnapshot"(
      to_jsonb("message") - 'requestHash' - 'colleagues' - 'readToTell' - 'readToldAt')));
END
$$;
