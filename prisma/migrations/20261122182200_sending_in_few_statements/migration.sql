-- Texts are accepted, and an attempt begun, by one function each: a round trip instead of ten. They do the plain case and
-- say so of everything else, which src/messages then does step by step. Each statement in them sees what
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

-- Takes plain texts of one tenant to be sent at once: `snapshot` as its event shows it, `requestHash` in hex, and of its
-- conversation `newId`, `participants` and `key`. Those that are not plain after all are left out of what it answers.
-- Locks in the order of all: conversations that are made, messages, lanes, consents, conversations, event counter.
CREATE FUNCTION "acceptTexts"("ofTenant" text, "texts" jsonb)
RETURNS TABLE ("id" text, "conversationId" text, "sequence" bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  "one" record;
  "place" text;
  "conversation" "Conversation";
  "accepted" text[] := '{}';
  "made" text[] := '{}';
  "places" text[];
  "events" jsonb[];
  "last" bigint;
BEGIN
  FOR "one" IN SELECT text->'snapshot' AS snapshot, text->>'requestHash' AS hash, text->>'newId' AS "newId",
      text->>'key' AS key, ARRAY(SELECT jsonb_array_elements_text(text->'participants')) AS participants
    FROM jsonb_array_elements("texts") AS text ORDER BY text->>'key' COLLATE "C"
  LOOP
    SELECT known."id" INTO "place" FROM "Conversation" AS known
      WHERE known."tenantId" = "ofTenant" AND known."key" = "one".key;
    IF NOT FOUND THEN
      INSERT INTO "Conversation" ("id", "tenantId", "extensionRowId", "type", "number", "participants", "key",
          "searchText", "lastMessageAt", "createdAt")
        VALUES ("one"."newId", "ofTenant", "one".snapshot->>'extensionRowId', 'SMS', "one".snapshot->>'from',
          "one".participants, "one".key, array_to_string("one".participants, ' '),
          ("one".snapshot->>'createdAt')::timestamptz, ("one".snapshot->>'createdAt')::timestamptz)
        ON CONFLICT DO NOTHING;
      "made" := "made" || "one"."newId";
      SELECT known."id" INTO "place" FROM "Conversation" AS known
        WHERE known."tenantId" = "ofTenant" AND known."key" = "one".key;
    END IF;
    INSERT INTO "Message" ("id", "tenantId", "extensionRowId", "type", "direction", "status", "from", "to", "text",
        "createdAt", "idempotencyKey", "requestHash", "ignoreQuietHours", "conversationId")
      VALUES ("one".snapshot->>'id', "ofTenant", "one".snapshot->>'extensionRowId', 'SMS', 'OUTBOUND', 'QUEUED',
        "one".snapshot->>'from', ARRAY(SELECT jsonb_array_elements_text("one".snapshot->'to')),
        "one".snapshot->>'text', ("one".snapshot->>'createdAt')::timestamptz,
        "one".snapshot->>'idempotencyKey', decode("one".hash, 'hex'),
        ("one".snapshot->>'ignoreQuietHours')::boolean, "place")
      ON CONFLICT DO NOTHING;
    -- Else a twin of this request was faster.
    IF FOUND THEN "accepted" := "accepted" || ("one".snapshot->>'id'); END IF;
  END LOOP;

  PERFORM "wakeLane"(extension) FROM (SELECT DISTINCT message."extensionRowId" AS extension
    FROM "Message" AS message WHERE message."id" = ANY("accepted") ORDER BY extension) AS lane;
  -- As holdConsents in src/consents does, to be read.
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('consent ' || "ofTenant" || ' ' || own || ' ' || other, 0))
    FROM (SELECT DISTINCT message."from" COLLATE "C" AS own, other COLLATE "C" AS other
      FROM "Message" AS message, unnest(message."to") AS other
      WHERE message."id" = ANY("accepted") ORDER BY own, other) AS pair;
  DELETE FROM "Message" AS message WHERE message."id" = ANY("accepted")
    AND EXISTS (SELECT FROM "Consent" AS consent WHERE consent."tenantId" = "ofTenant"
      AND consent."number" = message."from" AND consent."other" = ANY(message."to")
      AND consent."status" = 'OPTED_OUT');
  DELETE FROM "Conversation" AS empty WHERE empty."id" = ANY("made")
    AND NOT EXISTS (SELECT FROM "Message" AS message WHERE message."conversationId" = empty."id");

  SELECT array_agg(message."conversationId" ORDER BY asked.place),
      array_agg(message."id" ORDER BY asked.place),
      array_agg(jsonb_build_object('type', 'message.status', 'subjectId', message."id", 'snapshot',
        asked.text->'snapshot' || jsonb_build_object('conversationId', message."conversationId"))
        ORDER BY asked.place)
    INTO "places", "accepted", "events"
    FROM jsonb_array_elements("texts") WITH ORDINALITY AS asked(text, place)
    JOIN "Message" AS message ON message."id" = asked.text #>> '{snapshot,id}' AND message."id" = ANY("accepted");
  IF "events" IS NULL THEN RETURN; END IF;

  -- As refreshConversations in src/conversations does; nothing of ours is unread.
  PERFORM FROM "Conversation" AS held WHERE held."id" = ANY("places") ORDER BY held."id" FOR NO KEY UPDATE;
  FOR "conversation" IN
    UPDATE "Conversation" AS touched SET "lastMessageId" = newest."id", "lastMessageAt" = newest."createdAt",
        "extensionRowId" = newest."extensionRowId"
      FROM (SELECT DISTINCT unnest("places") AS "id") AS known
      CROSS JOIN LATERAL (SELECT message."id", message."createdAt", message."extensionRowId" FROM "Message" AS message
        WHERE message."conversationId" = known."id"
        ORDER BY message."createdAt" DESC, message."id" DESC LIMIT 1) AS newest
      WHERE touched."id" = known."id"
        AND (touched."lastMessageId", touched."lastMessageAt") IS DISTINCT FROM (newest."id", newest."createdAt")
      RETURNING touched.*
  LOOP
    "events" := "events" || jsonb_build_object('type', 'conversation.changed', 'subjectId', "conversation"."id",
      'snapshot', "eventSnapshot"(to_jsonb("conversation") - 'key' - 'searchText'));
  END LOOP;
  "last" := "appendEvents"("ofTenant", VARIADIC "events");
  RETURN QUERY SELECT unnest("accepted"), unnest("places"), "last";
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
