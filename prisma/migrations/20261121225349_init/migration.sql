-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "TenantStatus" AS ENUM ('ACTIVE', 'SUSPENDED', 'DELETING');

-- CreateEnum
CREATE TYPE "ConnectTokenKind" AS ENUM ('CONNECT', 'INVITE');

-- CreateEnum
CREATE TYPE "ExtensionStatus" AS ENUM ('ACTIVE', 'REFRESH_FAILED', 'REVOKED');

-- CreateEnum
CREATE TYPE "WebhookStatus" AS ENUM ('CREATING', 'ACTIVE', 'BROKEN', 'ENDED');

-- CreateEnum
CREATE TYPE "MessageDirection" AS ENUM ('INBOUND', 'OUTBOUND');

-- CreateEnum
CREATE TYPE "MessageStatus" AS ENUM ('QUEUED', 'SCHEDULED', 'SENDING', 'SENT', 'DELIVERED', 'DELIVERY_FAILED', 'SENDING_FAILED', 'UNCONFIRMED', 'CANCELED', 'EXPIRED', 'RECEIVED');

-- CreateEnum
CREATE TYPE "AttemptOutcome" AS ENUM ('ACCEPTED', 'REFUSED', 'IN_DOUBT');

-- CreateEnum
CREATE TYPE "CallDirection" AS ENUM ('INBOUND', 'OUTBOUND');

-- CreateTable
CREATE TABLE "Tenant" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "status" "TenantStatus" NOT NULL DEFAULT 'ACTIVE',
    "suspendedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Tenant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ApiKey" (
    "id" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "secretHash" BYTEA NOT NULL,
    "scopes" TEXT[],
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastUsedAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "ApiKey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ConnectToken" (
    "id" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "kind" "ConnectTokenKind" NOT NULL,
    "tokenHash" BYTEA NOT NULL,
    "label" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "usedAt" TIMESTAMPTZ(3),

    CONSTRAINT "ConnectToken_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ConnectAttempt" (
    "id" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "connectTokenId" TEXT NOT NULL,
    "stateHash" BYTEA NOT NULL,
    "browserHash" BYTEA NOT NULL,
    "codeVerifierSealed" BYTEA NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "usedAt" TIMESTAMPTZ(3),
    "extensionRowId" TEXT,

    CONSTRAINT "ConnectAttempt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Extension" (
    "id" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "extensionId" TEXT NOT NULL,
    "rcAccountId" TEXT NOT NULL,
    "status" "ExtensionStatus" NOT NULL DEFAULT 'ACTIVE',
    "statusReason" TEXT,
    "name" TEXT,
    "extensionNumber" TEXT,
    "email" TEXT,
    "isAdmin" BOOLEAN NOT NULL DEFAULT false,
    "scopes" TEXT[],
    "connectedAt" TIMESTAMPTZ(3) NOT NULL,
    "disconnectedAt" TIMESTAMPTZ(3),
    "numbersDiscoveredAt" TIMESTAMPTZ(3),
    "messageSyncToken" TEXT,
    "messagesSyncedAt" TIMESTAMPTZ(3),
    "callLogSyncedAt" TIMESTAMPTZ(3),
    "callLogAttemptedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Extension_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Grant" (
    "extensionRowId" TEXT NOT NULL,
    "accessTokenSealed" BYTEA NOT NULL,
    "accessTokenExpiresAt" TIMESTAMPTZ(3) NOT NULL,
    "refreshTokenSealed" BYTEA NOT NULL,
    "refreshTokenExpiresAt" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "refreshedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "refreshDueAt" TIMESTAMPTZ(3) NOT NULL,
    "refreshFailures" INTEGER NOT NULL DEFAULT 0,
    "leaseId" TEXT,
    "leaseUntil" TIMESTAMPTZ(3),

    CONSTRAINT "Grant_pkey" PRIMARY KEY ("extensionRowId")
);

-- CreateTable
CREATE TABLE "GrantRelease" (
    "id" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "extensionRowId" TEXT NOT NULL,
    "accessTokenSealed" BYTEA NOT NULL,
    "refreshTokenSealed" BYTEA NOT NULL,
    "rcSubscriptionIds" TEXT[],
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "GrantRelease_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PhoneNumber" (
    "id" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "extensionRowId" TEXT NOT NULL,
    "phoneNumber" TEXT NOT NULL,
    "rcNumberId" TEXT NOT NULL,
    "label" TEXT,
    "usageType" TEXT,
    "features" TEXT[],
    "discoveredAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "PhoneNumber_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "WebhookSubscription" (
    "id" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "extensionRowId" TEXT NOT NULL,
    "status" "WebhookStatus" NOT NULL DEFAULT 'CREATING',
    "verificationTokenSealed" BYTEA NOT NULL,
    "rcSubscriptionId" TEXT,
    "eventFilters" TEXT[],
    "disabledFilters" JSONB NOT NULL DEFAULT '[]',
    "expiresAt" TIMESTAMPTZ(3),
    "renewAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastNotificationAt" TIMESTAMPTZ(3),

    CONSTRAINT "WebhookSubscription_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Message" (
    "id" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "extensionRowId" TEXT NOT NULL,
    "direction" "MessageDirection" NOT NULL,
    "status" "MessageStatus" NOT NULL,
    "from" TEXT NOT NULL,
    "to" TEXT[],
    "text" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "rcMessageId" TEXT,
    "rcConversationId" TEXT,
    "errorCode" TEXT,
    "errorMessage" TEXT,
    "idempotencyKey" TEXT,
    "requestHash" BYTEA,
    "mayRetry" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "Message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "MessageAttempt" (
    "id" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "messageId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "startedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" TIMESTAMPTZ(3),
    "outcome" "AttemptOutcome",
    "rcRequestId" TEXT,
    "errorCode" TEXT,

    CONSTRAINT "MessageAttempt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Notification" (
    "id" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "webhookSubscriptionId" TEXT NOT NULL,
    "uuid" TEXT NOT NULL,
    "body" JSONB NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "processedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Notification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Call" (
    "id" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "extensionRowId" TEXT,
    "rcExtensionId" TEXT,
    "rcAccountId" TEXT NOT NULL,
    "rcCallId" TEXT NOT NULL,
    "telephonySessionId" TEXT,
    "direction" "CallDirection" NOT NULL,
    "type" TEXT NOT NULL,
    "action" TEXT,
    "result" TEXT,
    "durationSeconds" INTEGER NOT NULL,
    "startedAt" TIMESTAMPTZ(3) NOT NULL,
    "fromNumber" TEXT,
    "fromName" TEXT,
    "toNumber" TEXT,
    "toName" TEXT,

    CONSTRAINT "Call_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "EventLog" (
    "tenantId" TEXT NOT NULL,
    "lastSequence" BIGINT NOT NULL DEFAULT 0,
    "prunedSequence" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "EventLog_pkey" PRIMARY KEY ("tenantId")
);

-- CreateTable
CREATE TABLE "Event" (
    "tenantId" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "type" TEXT NOT NULL,
    "subjectId" TEXT NOT NULL,
    "snapshot" JSONB NOT NULL,
    "occurredAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Event_pkey" PRIMARY KEY ("tenantId","sequence")
);

-- CreateTable
CREATE TABLE "Budget" (
    "key" TEXT NOT NULL,
    "usedAt" TIMESTAMPTZ(3)[],
    "lastUseId" TEXT,
    "closedUntil" TIMESTAMPTZ(3),

    CONSTRAINT "Budget_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "SendLane" (
    "extensionRowId" TEXT NOT NULL,
    "leaseId" TEXT,
    "leaseUntil" TIMESTAMPTZ(3),
    "pausedUntil" TIMESTAMPTZ(3),

    CONSTRAINT "SendLane_pkey" PRIMARY KEY ("extensionRowId")
);

-- CreateIndex
CREATE UNIQUE INDEX "ApiKey_secretHash_key" ON "ApiKey"("secretHash");

-- CreateIndex
CREATE INDEX "ApiKey_tenantId_createdAt_id_idx" ON "ApiKey"("tenantId", "createdAt", "id");

-- CreateIndex
CREATE UNIQUE INDEX "ConnectToken_tokenHash_key" ON "ConnectToken"("tokenHash");

-- CreateIndex
CREATE INDEX "ConnectToken_tenantId_createdAt_idx" ON "ConnectToken"("tenantId", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "ConnectAttempt_stateHash_key" ON "ConnectAttempt"("stateHash");

-- CreateIndex
CREATE INDEX "ConnectAttempt_tenantId_idx" ON "ConnectAttempt"("tenantId");

-- CreateIndex
CREATE INDEX "ConnectAttempt_expiresAt_idx" ON "ConnectAttempt"("expiresAt");

-- CreateIndex
CREATE INDEX "Extension_tenantId_connectedAt_id_idx" ON "Extension"("tenantId", "connectedAt", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Extension_tenantId_extensionId_key" ON "Extension"("tenantId", "extensionId");

-- CreateIndex
CREATE INDEX "Grant_refreshDueAt_idx" ON "Grant"("refreshDueAt");

-- CreateIndex
CREATE INDEX "PhoneNumber_extensionRowId_idx" ON "PhoneNumber"("extensionRowId");

-- CreateIndex
CREATE UNIQUE INDEX "PhoneNumber_tenantId_phoneNumber_key" ON "PhoneNumber"("tenantId", "phoneNumber");

-- CreateIndex
CREATE INDEX "WebhookSubscription_extensionRowId_status_idx" ON "WebhookSubscription"("extensionRowId", "status");

-- CreateIndex
CREATE INDEX "WebhookSubscription_status_renewAt_idx" ON "WebhookSubscription"("status", "renewAt");

-- CreateIndex
CREATE INDEX "Message_tenantId_createdAt_id_idx" ON "Message"("tenantId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "Message_extensionRowId_status_createdAt_idx" ON "Message"("extensionRowId", "status", "createdAt");

-- CreateIndex
CREATE INDEX "Message_status_createdAt_idx" ON "Message"("status", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "Message_tenantId_idempotencyKey_key" ON "Message"("tenantId", "idempotencyKey");

-- CreateIndex
CREATE UNIQUE INDEX "Message_extensionRowId_rcMessageId_key" ON "Message"("extensionRowId", "rcMessageId");

-- CreateIndex
CREATE UNIQUE INDEX "MessageAttempt_messageId_number_key" ON "MessageAttempt"("messageId", "number");

-- CreateIndex
CREATE INDEX "Notification_receivedAt_idx" ON "Notification"("receivedAt");

-- CreateIndex
CREATE UNIQUE INDEX "Notification_webhookSubscriptionId_uuid_key" ON "Notification"("webhookSubscriptionId", "uuid");

-- CreateIndex
CREATE INDEX "Call_tenantId_startedAt_id_idx" ON "Call"("tenantId", "startedAt", "id");

-- CreateIndex
CREATE INDEX "Call_extensionRowId_startedAt_idx" ON "Call"("extensionRowId", "startedAt");

-- CreateIndex
CREATE UNIQUE INDEX "Call_tenantId_rcCallId_key" ON "Call"("tenantId", "rcCallId");

-- CreateIndex
CREATE INDEX "Event_tenantId_subjectId_idx" ON "Event"("tenantId", "subjectId");

-- CreateIndex
CREATE INDEX "Event_occurredAt_idx" ON "Event"("occurredAt");

-- AddForeignKey
ALTER TABLE "ApiKey" ADD CONSTRAINT "ApiKey_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ConnectToken" ADD CONSTRAINT "ConnectToken_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ConnectAttempt" ADD CONSTRAINT "ConnectAttempt_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ConnectAttempt" ADD CONSTRAINT "ConnectAttempt_connectTokenId_fkey" FOREIGN KEY ("connectTokenId") REFERENCES "ConnectToken"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ConnectAttempt" ADD CONSTRAINT "ConnectAttempt_extensionRowId_fkey" FOREIGN KEY ("extensionRowId") REFERENCES "Extension"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Extension" ADD CONSTRAINT "Extension_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Grant" ADD CONSTRAINT "Grant_extensionRowId_fkey" FOREIGN KEY ("extensionRowId") REFERENCES "Extension"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PhoneNumber" ADD CONSTRAINT "PhoneNumber_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PhoneNumber" ADD CONSTRAINT "PhoneNumber_extensionRowId_fkey" FOREIGN KEY ("extensionRowId") REFERENCES "Extension"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WebhookSubscription" ADD CONSTRAINT "WebhookSubscription_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WebhookSubscription" ADD CONSTRAINT "WebhookSubscription_extensionRowId_fkey" FOREIGN KEY ("extensionRowId") REFERENCES "Extension"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Message" ADD CONSTRAINT "Message_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Message" ADD CONSTRAINT "Message_extensionRowId_fkey" FOREIGN KEY ("extensionRowId") REFERENCES "Extension"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "MessageAttempt" ADD CONSTRAINT "MessageAttempt_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "MessageAttempt" ADD CONSTRAINT "MessageAttempt_messageId_fkey" FOREIGN KEY ("messageId") REFERENCES "Message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Notification" ADD CONSTRAINT "Notification_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Notification" ADD CONSTRAINT "Notification_webhookSubscriptionId_fkey" FOREIGN KEY ("webhookSubscriptionId") REFERENCES "WebhookSubscription"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Call" ADD CONSTRAINT "Call_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Call" ADD CONSTRAINT "Call_extensionRowId_fkey" FOREIGN KEY ("extensionRowId") REFERENCES "Extension"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "EventLog" ADD CONSTRAINT "EventLog_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Event" ADD CONSTRAINT "Event_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SendLane" ADD CONSTRAINT "SendLane_extensionRowId_fkey" FOREIGN KEY ("extensionRowId") REFERENCES "Extension"("id") ON DELETE CASCADE ON UPDATE CASCADE;
