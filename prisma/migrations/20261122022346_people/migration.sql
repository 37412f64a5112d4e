-- CreateEnum
CREATE TYPE "Availability" AS ENUM ('AVAILABLE', 'BUSY', 'OFFLINE');

-- CreateEnum
CREATE TYPE "TelephonyStatus" AS ENUM ('NO_CALL', 'RINGING', 'CALL_CONNECTED', 'ON_HOLD', 'PARKED');

-- CreateEnum
CREATE TYPE "DoNotDisturb" AS ENUM ('OFF', 'ALL', 'QUEUES', 'ALL_BUT_QUEUES');

-- AlterTable
ALTER TABLE "ConnectToken" ADD COLUMN     "userId" TEXT;

-- CreateTable
CREATE TABLE "DirectoryEntry" (
    "id" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "rcAccountId" TEXT NOT NULL,
    "extensionId" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "status" TEXT,
    "name" TEXT NOT NULL,
    "extensionNumber" TEXT,
    "email" TEXT,
    "department" TEXT,
    "jobTitle" TEXT,
    "phoneNumbers" TEXT[],
    "searchText" TEXT NOT NULL,
    "seenAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "DirectoryEntry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "DirectoryCopy" (
    "tenantId" TEXT NOT NULL,
    "rcAccountId" TEXT NOT NULL,
    "syncedAt" TIMESTAMPTZ(3),
    "attemptedAt" TIMESTAMPTZ(3),
    "nextPage" INTEGER,

    CONSTRAINT "DirectoryCopy_pkey" PRIMARY KEY ("tenantId","rcAccountId")
);

-- CreateTable
CREATE TABLE "UserMapping" (
    "id" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "extensionId" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "UserMapping_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Contact" (
    "id" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "extensionRowId" TEXT NOT NULL,
    "rcContactId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "firstName" TEXT,
    "lastName" TEXT,
    "company" TEXT,
    "jobTitle" TEXT,
    "email" TEXT,
    "mobilePhone" TEXT,
    "businessPhone" TEXT,
    "homePhone" TEXT,
    "notes" TEXT,
    "phoneNumbers" TEXT[],
    "searchText" TEXT NOT NULL,
    "seenAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Contact_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ContactCopy" (
    "extensionRowId" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "syncToken" TEXT,
    "syncedAt" TIMESTAMPTZ(3),
    "attemptedAt" TIMESTAMPTZ(3),
    "progress" JSONB,

    CONSTRAINT "ContactCopy_pkey" PRIMARY KEY ("extensionRowId")
);

-- CreateTable
CREATE TABLE "Presence" (
    "extensionRowId" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "availability" "Availability" NOT NULL,
    "userStatus" "Availability",
    "telephonyStatus" "TelephonyStatus",
    "doNotDisturb" "DoNotDisturb",
    "message" TEXT,
    "sequence" BIGINT,
    "heardAt" TIMESTAMPTZ(3),
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Presence_pkey" PRIMARY KEY ("extensionRowId")
);

-- CreateIndex
CREATE INDEX "DirectoryEntry_tenantId_name_id_idx" ON "DirectoryEntry"("tenantId", "name", "id");

-- CreateIndex
CREATE INDEX "DirectoryEntry_tenantId_extensionId_idx" ON "DirectoryEntry"("tenantId", "extensionId");

-- CreateIndex
CREATE INDEX "DirectoryEntry_phoneNumbers_idx" ON "DirectoryEntry" USING GIN ("phoneNumbers");

-- CreateIndex
CREATE UNIQUE INDEX "DirectoryEntry_tenantId_rcAccountId_extensionId_key" ON "DirectoryEntry"("tenantId", "rcAccountId", "extensionId");

-- CreateIndex
CREATE INDEX "UserMapping_tenantId_createdAt_id_idx" ON "UserMapping"("tenantId", "createdAt", "id");

-- CreateIndex
CREATE UNIQUE INDEX "UserMapping_tenantId_userId_key" ON "UserMapping"("tenantId", "userId");

-- CreateIndex
CREATE UNIQUE INDEX "UserMapping_tenantId_extensionId_key" ON "UserMapping"("tenantId", "extensionId");

-- CreateIndex
CREATE INDEX "Contact_tenantId_name_id_idx" ON "Contact"("tenantId", "name", "id");

-- CreateIndex
CREATE INDEX "Contact_phoneNumbers_idx" ON "Contact" USING GIN ("phoneNumbers");

-- CreateIndex
CREATE UNIQUE INDEX "Contact_extensionRowId_rcContactId_key" ON "Contact"("extensionRowId", "rcContactId");

-- CreateIndex
CREATE INDEX "ContactCopy_tenantId_idx" ON "ContactCopy"("tenantId");

-- CreateIndex
CREATE INDEX "Presence_tenantId_idx" ON "Presence"("tenantId");

-- AddForeignKey
ALTER TABLE "DirectoryEntry" ADD CONSTRAINT "DirectoryEntry_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DirectoryCopy" ADD CONSTRAINT "DirectoryCopy_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "UserMapping" ADD CONSTRAINT "UserMapping_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Contact" ADD CONSTRAINT "Contact_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Contact" ADD CONSTRAINT "Contact_extensionRowId_fkey" FOREIGN KEY ("extensionRowId") REFERENCES "Extension"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ContactCopy" ADD CONSTRAINT "ContactCopy_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ContactCopy" ADD CONSTRAINT "ContactCopy_extensionRowId_fkey" FOREIGN KEY ("extensionRowId") REFERENCES "Extension"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Presence" ADD CONSTRAINT "Presence_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Presence" ADD CONSTRAINT "Presence_extensionRowId_fkey" FOREIGN KEY ("extensionRowId") REFERENCES "Extension"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- By hand, which a schema cannot say: search by parts of words, and by mail address without case. Without fastupdate, so
-- that no search has to walk what was just written.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX "DirectoryEntry_searchText_trgm_idx" ON "DirectoryEntry" USING GIN ("searchText" gin_trgm_ops) WITH (fastupdate = off);
CREATE INDEX "Contact_searchText_trgm_idx" ON "Contact" USING GIN ("searchText" gin_trgm_ops) WITH (fastupdate = off);
CREATE INDEX "DirectoryEntry_tenantId_email_lower_idx" ON "DirectoryEntry" ("tenantId", lower("email"));
