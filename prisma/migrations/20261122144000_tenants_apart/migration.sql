-- A row of one tenant never names a row of another, whatever the code that wrote it meant. Prisma's own keys stay beside
-- these: it would ask for rows by both columns, which is slower. It cannot say `SET NULL` of one column either.

-- CreateIndex
CREATE UNIQUE INDEX "ApiKey_tenantId_id_key" ON "ApiKey"("tenantId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "ConnectToken_tenantId_id_key" ON "ConnectToken"("tenantId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Extension_tenantId_id_key" ON "Extension"("tenantId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "WebhookSubscription_tenantId_id_key" ON "WebhookSubscription"("tenantId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Message_tenantId_id_key" ON "Message"("tenantId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "MessageBatch_tenantId_id_key" ON "MessageBatch"("tenantId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Conversation_tenantId_id_key" ON "Conversation"("tenantId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Media_tenantId_id_key" ON "Media"("tenantId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Call_tenantId_id_key" ON "Call"("tenantId", "id");

ALTER TABLE "ApiKey" ADD CONSTRAINT "ApiKey_replacedById_tenant_fkey" FOREIGN KEY ("tenantId", "replacedById")
  REFERENCES "ApiKey"("tenantId", "id") ON DELETE SET NULL ("replacedById");
ALTER TABLE "ClientToken" ADD CONSTRAINT "ClientToken_apiKeyId_tenant_fkey" FOREIGN KEY ("tenantId", "apiKeyId")
  REFERENCES "ApiKey"("tenantId", "id") ON DELETE CASCADE;
ALTER TABLE "ConnectAttempt" ADD CONSTRAINT "ConnectAttempt_connectTokenId_tenant_fkey" FOREIGN KEY ("tenantId", "connectTokenId")
  REFERENCES "ConnectToken"("tenantId", "id") ON DELETE CASCADE;
ALTER TABLE "ConnectAttempt" ADD CONSTRAINT "ConnectAttempt_extensionRowId_tenant_fkey" FOREIGN KEY ("tenantId", "extensionRowId")
  REFERENCES "Extension"("tenantId", "id") ON DELETE SET NULL ("extensionRowId");
ALTER TABLE "PhoneNumber" ADD CONSTRAINT "PhoneNumber_extensionRowId_tenant_fkey" FOREIGN KEY ("tenantId", "extensionRowId")
  REFERENCES "Extension"("tenantId", "id") ON DELETE CASCADE;
ALTER TABLE "WebhookSubscription" ADD CONSTRAINT "WebhookSubscription_extensionRowId_tenant_fkey" FOREIGN KEY ("tenantId", "extensionRowId")
  REFERENCES "Extension"("tenantId", "id") ON DELETE CASCADE;
ALTER TABLE "Message" ADD CONSTRAINT "Message_batchId_tenant_fkey" FOREIGN KEY ("tenantId", "batchId")
  REFERENCES "MessageBatch"("tenantId", "id") ON DELETE SET NULL ("batchId");
ALTER TABLE "Message" ADD CONSTRAINT "Message_extensionRowId_tenant_fkey" FOREIGN KEY ("tenantId", "extensionRowId")
  REFERENCES "Extension"("tenantId", "id") ON DELETE CASCADE;
ALTER TABLE "Message" ADD CONSTRAINT "Message_conversationId_tenant_fkey" FOREIGN KEY ("tenantId", "conversationId")
  REFERENCES "Conversation"("tenantId", "id") ON DELETE SET NULL ("conversationId");
ALTER TABLE "Message" ADD CONSTRAINT "Message_resendOfId_tenant_fkey" FOREIGN KEY ("tenantId", "resendOfId")
  REFERENCES "Message"("tenantId", "id") ON DELETE SET NULL ("resendOfId");
ALTER TABLE "Conversation" ADD CONSTRAINT "Conversation_extensionRowId_tenant_fkey" FOREIGN KEY ("tenantId", "extensionRowId")
  REFERENCES "Extension"("tenantId", "id") ON DELETE CASCADE;
ALTER TABLE "Conversation" ADD CONSTRAINT "Conversation_lastMessageId_tenant_fkey" FOREIGN KEY ("tenantId", "lastMessageId")
  REFERENCES "Message"("tenantId", "id") ON DELETE SET NULL ("lastMessageId");
ALTER TABLE "HistoryImport" ADD CONSTRAINT "HistoryImport_extensionRowId_tenant_fkey" FOREIGN KEY ("tenantId", "extensionRowId")
  REFERENCES "Extension"("tenantId", "id") ON DELETE CASCADE;
ALTER TABLE "MessageAttempt" ADD CONSTRAINT "MessageAttempt_messageId_tenant_fkey" FOREIGN KEY ("tenantId", "messageId")
  REFERENCES "Message"("tenantId", "id") ON DELETE CASCADE;
ALTER TABLE "MessageStep" ADD CONSTRAINT "MessageStep_messageId_tenant_fkey" FOREIGN KEY ("tenantId", "messageId")
  REFERENCES "Message"("tenantId", "id") ON DELETE CASCADE;
ALTER TABLE "Upload" ADD CONSTRAINT "Upload_mediaId_tenant_fkey" FOREIGN KEY ("tenantId", "mediaId")
  REFERENCES "Media"("tenantId", "id") ON DELETE CASCADE;
ALTER TABLE "MediaUse" ADD CONSTRAINT "MediaUse_messageId_tenant_fkey" FOREIGN KEY ("tenantId", "messageId")
  REFERENCES "Message"("tenantId", "id") ON DELETE CASCADE;
ALTER TABLE "MediaUse" ADD CONSTRAINT "MediaUse_mediaId_tenant_fkey" FOREIGN KEY ("tenantId", "mediaId")
  REFERENCES "Media"("tenantId", "id") ON DELETE NO ACTION;
ALTER TABLE "MessageTemplate" ADD CONSTRAINT "MessageTemplate_extensionRowId_tenant_fkey" FOREIGN KEY ("tenantId", "extensionRowId")
  REFERENCES "Extension"("tenantId", "id") ON DELETE CASCADE;
ALTER TABLE "Notification" ADD CONSTRAINT "Notification_webhookSubscriptionId_tenant_fkey" FOREIGN KEY ("tenantId", "webhookSubscriptionId")
  REFERENCES "WebhookSubscription"("tenantId", "id") ON DELETE CASCADE;
ALTER TABLE "Call" ADD CONSTRAINT "Call_extensionRowId_tenant_fkey" FOREIGN KEY ("tenantId", "extensionRowId")
  REFERENCES "Extension"("tenantId", "id") ON DELETE SET NULL ("extensionRowId");
ALTER TABLE "CallPlace" ADD CONSTRAINT "CallPlace_callId_tenant_fkey" FOREIGN KEY ("tenantId", "callId")
  REFERENCES "Call"("tenantId", "id") ON DELETE CASCADE;
ALTER TABLE "CallAttempt" ADD CONSTRAINT "CallAttempt_callId_tenant_fkey" FOREIGN KEY ("tenantId", "callId")
  REFERENCES "Call"("tenantId", "id") ON DELETE CASCADE;
ALTER TABLE "Contact" ADD CONSTRAINT "Contact_extensionRowId_tenant_fkey" FOREIGN KEY ("tenantId", "extensionRowId")
  REFERENCES "Extension"("tenantId", "id") ON DELETE CASCADE;
ALTER TABLE "ContactCopy" ADD CONSTRAINT "ContactCopy_extensionRowId_tenant_fkey" FOREIGN KEY ("tenantId", "extensionRowId")
  REFERENCES "Extension"("tenantId", "id") ON DELETE CASCADE;
ALTER TABLE "Presence" ADD CONSTRAINT "Presence_extensionRowId_tenant_fkey" FOREIGN KEY ("tenantId", "extensionRowId")
  REFERENCES "Extension"("tenantId", "id") ON DELETE CASCADE;
