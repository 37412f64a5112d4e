-- AlterTable
ALTER TABLE "Consent" ADD COLUMN     "tellingUntil" TIMESTAMPTZ(3),
ADD COLUMN     "toTell" BOOLEAN NOT NULL DEFAULT false;

-- What RingCentral was still to be told is told now, by a sweep.
UPDATE "Consent" SET "toTell" = true WHERE "source" = 'API' AND "toldAt" IS NULL AND "mirrorError" IS NULL;

-- By hand, which a schema cannot say: what is still to be told is few rows of many.
CREATE INDEX "Consent_to_tell_idx" ON "Consent"("changedAt") WHERE "toTell";
