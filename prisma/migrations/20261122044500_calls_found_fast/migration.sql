-- CreateIndex
CREATE INDEX "Call_tenantId_result_startedAt_id_idx" ON "Call"("tenantId", "result", "startedAt", "id");

-- CreateIndex
CREATE INDEX "Call_tenantId_durationSeconds_idx" ON "Call"("tenantId", "durationSeconds");

-- CreateIndex
CREATE INDEX "DirectoryEntry_tenantId_extensionNumber_idx" ON "DirectoryEntry"("tenantId", "extensionNumber");

-- By hand, which a schema cannot say: faxes are a few rows of a large table.
CREATE INDEX "Call_other_types_idx" ON "Call"("tenantId", "type", "startedAt", "id") WHERE "type" <> 'Voice';
