-- A use of a budget, and the attempt that it is for, are one statement: a round trip less before a text leaves.

-- When who goes evenly may go next: what was used is worked off at an even pace, and may be late by a part of a window.
CREATE FUNCTION "evenFrom"("used" timestamptz[], "length" interval, "allowed" int, "lag" float8) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
  SELECT max(at + place * "length" / "allowed") - "length" * "lag"
  FROM (SELECT at, row_number() OVER (ORDER BY at DESC) AS place FROM unnest("used") AS at) AS last
$$;

-- Takes one use of a budget, as takeFromBudget in src/db/budget.ts says. `share`: the part of the limit that is for this
-- caller. `lag`: by which part of a window who goes evenly may be late; null for who need not go evenly.
CREATE FUNCTION "takeFromBudget"("ofKey" text, "usualLimit" int, "usualWindowMs" int, "share" float8, "lag" float8)
RETURNS TABLE ("granted" boolean, "at" timestamptz, "retryAfterMs" float8) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  "use" text := gen_random_uuid();
BEGIN
  RETURN QUERY INSERT INTO "Budget" AS budget ("key", "usedAt", "lastUseId")
    VALUES ("ofKey", ARRAY[clock_timestamp()], "use")
    ON CONFLICT ("key") DO UPDATE SET ("usedAt", "lastUseId") = (
      SELECT CASE WHEN isGranted THEN array_append(used, clock_timestamp()::timestamptz(3)) ELSE used END,
        CASE WHEN isGranted THEN excluded."lastUseId" ELSE budget."lastUseId" END
      FROM (
        SELECT used, coalesce(budget."closedUntil" <= clock_timestamp(), true) AND cardinality(used) < allowed
          AND ("lag" IS NULL OR coalesce("evenFrom"(used, length, allowed, "lag") <= clock_timestamp(), true)) AS isGranted
        FROM (
          SELECT length, allowed, ARRAY(SELECT past FROM unnest(budget."usedAt") AS past
            WHERE past > clock_timestamp() - length ORDER BY past) AS used
          FROM (SELECT coalesce(budget."windowMs", "usualWindowMs") * interval '1 millisecond' AS length,
            greatest(1, floor(coalesce(budget."limit", "usualLimit") * "share"))::int AS allowed) AS known
        ) AS inside
      ) AS state)
    RETURNING "lastUseId" = "use", "usedAt"[cardinality("usedAt")], (
      SELECT extract(epoch FROM greatest(
        "closedUntil",
        "usedAt"[cardinality("usedAt") - allowed + 1] + length,
        CASE WHEN "lag" IS NOT NULL THEN "evenFrom"("usedAt", length, allowed, "lag") END
      ) - clock_timestamp())::float8 * 1000
      FROM (SELECT coalesce("windowMs", "usualWindowMs") * interval '1 millisecond' AS length,
        greatest(1, floor(coalesce("limit", "usualLimit") * "share"))::int AS allowed) AS known);
END
$$;

-- Takes one use of a budget and begins an attempt with it, or does neither: `begun`, `lost` and `look` as "beginAttempt" has
-- them, and `closed` when no use is granted.
CREATE FUNCTION "beginWithinBudget"(
  "extension" text, "lease" text, "leaseMs" int, "ofMessage" text, "attempt" text, "goesHighVolume" boolean, "now" timestamptz,
  "ofKey" text, "usualLimit" int, "usualWindowMs" int, "share" float8, "lag" float8,
  OUT "outcome" text, OUT "number" int, OUT "sequence" bigint, OUT "usedAt" timestamptz, OUT "retryAfterMs" float8
) LANGUAGE plpgsql AS $$
BEGIN
  SELECT CASE WHEN taken."granted" THEN 'look' ELSE 'closed' END, taken."at", taken."retryAfterMs"
    INTO "outcome", "usedAt", "retryAfterMs"
    FROM "takeFromBudget"("ofKey", "usualLimit", "usualWindowMs", "share", "lag") AS taken;
  IF "outcome" = 'closed' THEN RETURN; END IF;
  SELECT begun."outcome", begun."number", begun."sequence" INTO "outcome", "number", "sequence"
    FROM "beginAttempt"("extension", "lease", "leaseMs", "ofMessage", "attempt", "goesHighVolume", "now") AS begun;
  IF "outcome" = 'begun' THEN RETURN; END IF;
  -- Nobody else has touched the row meanwhile: what was taken is its last use.
  UPDATE "Budget" AS budget SET "usedAt" = trim_array(budget."usedAt", 1) WHERE budget."key" = "ofKey";
END
$$;
