-- What texts that come together need is done for all of them at once, and nothing that was written is looked up again: as
-- "acceptTexts" before, which this takes the place of, and at a third of its cost. Where one of the texts is not plain
-- after all, none is taken, and it ends like a conflict: then each is looked at step by step.
-- Plans are made without looking at whose texts they are: of a tenant that Postgres has not counted yet it thinks that it has
-- next to nothing, and would walk through all of its conversations for each text.
-- Locks in the order of all: conversations that are made, messages, lanes, consents, conversations, event counter.
CREATE OR REPLACE FUNCTION "acceptTexts"("ofTenant" text, "texts" jsonb)
RETURNS TABLE ("id" text, "conversationId" text, "sequence" bigint) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
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
    SELECT given.place, given.text->'snapshot' AS snapshot, given.text->>'key' AS key, given.text->>'newId' AS "newId",
      ARRAY(SELECT jsonb_array_elements_text(given.text->'participants')) AS participants,
      decode(given.text->>'requestHash', 'hex') AS "requestHash", message.*,
      (SELECT known."id" FROM "Conversation" AS known
        WHERE known."tenantId" = "ofTenant" AND known."key" = given.text->>'key') AS "knownId"
    FROM jsonb_array_elements("texts") WITH ORDINALITY AS given(text, place),
      jsonb_to_record(given.text->'snapshot') AS message("id" text, "extensionRowId" text, "from" text, "to" text[],
        "text" text, "createdAt" timestamptz, "idempotencyKey" text, "ignoreQuietHours" boolean)
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
        'snapshot', snapshot || jsonb_build_object('conversationId', "conversationId")) ORDER BY place)
      || ARRAY(SELECT jsonb_build_object('type', 'conversation.changed', 'subjectId', made."id",
        'snapshot', "eventSnapshot"(to_jsonb(made) - 'key' - 'searchText')) FROM made),
      count(*) = (SELECT count(*) FROM written)
    INTO "accepted", "places", "extensions", "events", "isComplete" FROM placed;
  IF NOT "isComplete" THEN
    RAISE serialization_failure USING MESSAGE = 'A twin of a text, or a maker of its conversation, was faster';
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
