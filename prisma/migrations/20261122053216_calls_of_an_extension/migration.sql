-- CreateTable
CREATE TABLE "CallPlace" (
    "tenantId" TEXT NOT NULL,
    "callId" TEXT NOT NULL,
    "extensionRowId" TEXT NOT NULL,
    "startedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "CallPlace_pkey" PRIMARY KEY ("callId","extensionRowId")
);

-- CreateIndex
CREATE INDEX "CallPlace_extensionRowId_startedAt_callId_idx" ON "CallPlace"("extensionRowId", "startedAt", "callId");

-- CreateIndex
CREATE INDEX "CallPlace_tenantId_idx" ON "CallPlace"("tenantId");

-- AddForeignKey
ALTER TABLE "CallPlace" ADD CONSTRAINT "CallPlace_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CallPlace" ADD CONSTRAINT "CallPlace_callId_fkey" FOREIGN KEY ("callId") REFERENCES "Call"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What is in the log already.
INSERT INTO "CallPlace" ("tenantId", "callId", "extensionRowId", "startedAt")
SELECT "tenantId", "id", "whose", "startedAt" FROM "Call" CROSS JOIN unnest("extensionRowIds") AS "whose";
