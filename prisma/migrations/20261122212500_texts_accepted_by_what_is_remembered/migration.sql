-- As before, and of each text it looks whether the rows of who sends it are still those that were read ("seen"), so that a process
-- need not read them anew for each. What has changed, and what somebody wants none of, is left out of what it answers:
-- src/messages looks at it step by step. All others are still taken together, or none.
CREATE OR REPLACE FUNCTION "acceptTexts"("ofTenant" text, "usual" jsonb, "texts" jsonb)
RETURNS TABLE ("id" text, "conversationId" text, "sequence" bigint) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  "accepted" text[];
  "places" text[];
  "extensions" text[];
  "events" jsonb[];
  "isComplete" boolean;
  "newest" record;
  "conversation" "Conversation";
  "last" bigint;
BEGIN
  -- One statement, at whose end foreign keys are looked at: a conversation that is made has its last message from the
  -- beginning, and its row and all of its indexes are written once.
  WITH asked AS MATERIALIZED (
    SELECT given.*, decode(given.hash, 'hex') AS "requestHash", "usual" || given.snapshot AS whole, message.*,
      -- By the order of one index: of a tenant that it has not counted, Postgres thinks that any index will do.
      (SELECT known."id" FROM (SELECT "id", "key" FROM "Conversation"
          WHERE "tenantId" = "ofTenant" AND "key" >= given.key ORDER BY "key" LIMIT 1) AS known
        WHERE known."key" = given.key) AS "knownId"
    FROM ROWS FROM (jsonb_to_recordset("texts")
        AS (snapshot jsonb, hash text, "newId" text, participants text[], key text, seen text)) WITH ORDINALITY
        AS given(snapshot, hash, "newId", participants, key, seen, place),
      jsonb_to_record(given.snapshot) AS message("id" text, "extensionRowId" text, "from" text, "to" text[],
        "text" text, "createdAt" timestamptz, "idempotencyKey" text, "ignoreQuietHours" boolean)
    WHERE given.seen = (SELECT concat_ws(' ', number.xmin, extension.xmin, tenant.xmin) FROM "PhoneNumber" AS number
        JOIN "Extension" AS extension ON extension."id" = number."extensionRowId"
        JOIN "Tenant" AS tenant ON tenant."id" = number."tenantId"
        WHERE number."tenantId" = "ofTenant" AND number."phoneNumber" = message."from")
      AND NOT EXISTS (SELECT FROM unnest(message."to") AS person
        WHERE (SELECT consent."status" FROM "Consent" AS consent WHERE consent."tenantId" = "ofTenant"
          AND consent."number" = message."from" AND consent."other" = person) = 'OPTED_OUT')
  ), made AS (
    INSERT INTO "Conversation" ("id", "tenantId", "extensionRowId", "type", "number", "participants", "key",
        "searchText", "lastMessageId", "lastMessageAt", "createdAt")
      SELECT DISTINCT ON (key COLLATE "C") "newId", "ofTenant", "extensionRowId", 'SMS'::"MessageType", "from",
        participants, key, array_to_string(participants, ' '), "id", "createdAt",
        min("createdAt") OVER (PARTITION BY key COLLATE "C")
      FROM asked WHERE "knownId" IS NULL ORDER BY key COLLATE "C", "createdAt" DESC, "id" DESC
      ON CONFLICT DO NOTHING RETURNING *
  ), placed AS (
    SELECT asked.*, coalesce(asked."knownId", made."id") AS "conversationId" FROM asked LEFT JOIN made USING (key)
  ), written AS (
    INSERT INTO "Message" ("id", "tenantId", "extensionRowId", "type", "direction", "status", "from", "to", "text",
        "createdAt", "idempotencyKey", "requestHash", "ignoreQuietHours", "conversationId")
      SELECT "id", "ofTenant", "extensionRowId", 'SMS', 'OUTBOUND', 'QUEUED', "from", "to", "text",
        "createdAt", "idempotencyKey", "requestHash", "ignoreQuietHours", "conversationId"
      FROM placed WHERE "conversationId" IS NOT NULL ORDER BY key COLLATE "C"
      ON CONFLICT DO NOTHING RETURNING "id"
  )
  SELECT array_agg("id" ORDER BY place), array_agg("conversationId" ORDER BY place),
      array_agg(DISTINCT "extensionRowId"), array_agg(jsonb_build_object('type', 'message.status', 'subjectId', "id",
        'snapshot', whole || jsonb_build_object('conversationId', "conversationId")) ORDER BY place)
      || ARRAY(SELECT jsonb_build_object('type', 'conversation.changed', 'subjectId', made."id",
        'snapshot', "eventSnapshot"(to_jsonb(made) - 'key' - 'searchText')) FROM made),
      count(*) = (SELECT count(*) FROM written)
    INTO "accepted", "places", "extensions", "events", "isComplete" FROM placed;
  IF NOT "isComplete" THEN
    RAISE serialization_failure USING MESSAGE = 'A twin of a text, or a maker of its conversation, was faster';
  END IF;
  IF "accepted" IS NULL THEN RETURN; END IF;
  IF cardinality("accepted") < jsonb_array_length("texts") THEN
    SELECT jsonb_agg(text ORDER BY place) INTO "texts"
      FROM jsonb_array_elements("texts") WITH ORDINALITY AS asked(text, place)
      WHERE text #>> '{snapshot,id}' = ANY("accepted");
  END IF;

  PERFORM "wakeLane"(extension) FROM unnest("extensions") AS extension;
  -- As holdConsents in src/consents does, to be read.
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('consent ' || "ofTenant" || ' ' || own || ' ' || other, 0))
    FROM (SELECT DISTINCT text #>> '{snapshot,from}' COLLATE "C" AS own, other COLLATE "C" AS other
      FROM jsonb_array_elements("texts") AS text, jsonb_array_elements_text(text #> '{snapshot,to}') AS other
      ORDER BY own, other) AS pair;
  PERFORM FROM jsonb_array_elements("texts") AS text, jsonb_array_elements_text(text #> '{snapshot,to}') AS person
    WHERE (SELECT consent."status" FROM "Consent" AS consent WHERE consent."tenantId" = "ofTenant"
      AND consent."number" = text #>> '{snapshot,from}' AND consent."other" = person) = 'OPTED_OUT';
  IF FOUND THEN
    RAISE serialization_failure USING MESSAGE = 'Somebody has opted out just now';
  END IF;

  -- As refreshConversations in src/conversations does: in the order of their ids, and nothing of ours is unread. Who
  -- commits later sees what we wrote, under the row's lock.
  FOR "newest" IN
    SELECT DISTINCT ON (place) place, text #>> '{snapshot,id}' AS "id", text #>> '{snapshot,extensionRowId}' AS extension,
        (text #>> '{snapshot,createdAt}')::timestamptz AS at
      FROM ROWS FROM (jsonb_array_elements("texts"), unnest("places")) AS asked(text, place)
      ORDER BY place, at DESC, "id" DESC
  LOOP
    UPDATE "Conversation" AS touched SET "lastMessageId" = "newest"."id", "lastMessageAt" = "newest".at,
        "extensionRowId" = "newest".extension
      WHERE touched."id" = "newest".place AND (touched."lastMessageId" IS NULL
        OR (touched."lastMessageAt", touched."lastMessageId") < ("newest".at, "newest"."id"))
      RETURNING * INTO "conversation";
    CONTINUE WHEN NOT FOUND;
    "events" := "events" || jsonb_build_object('type', 'conversation.changed', 'subjectId', "conversation"."id",
      'snapshot', "eventSnapshot"(to_jsonb("conversation") - 'key' - 'searchText'));
  END LOOP;
  "last" := "appendEvents"("ofTenant", VARIADIC "events");
  RETURN QUERY SELECT unnest("accepted"), unnest("places"), "last";
END
$$;
