-- CreateEnum
CREATE TYPE "MessageTemplateSource" AS ENUM ('GATEWAY', 'RINGCENTRAL');

-- AlterTable
ALTER TABLE "Message" ADD COLUMN     "unreportedCode" TEXT;

-- AlterTable
ALTER TABLE "PhoneNumber" ADD COLUMN     "campaignId" TEXT,
ADD COLUMN     "campaignStatus" TEXT,
ADD COLUMN     "campaignTier" TEXT,
ADD COLUMN     "campaignUseCases" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "paymentType" TEXT,
ADD COLUMN     "registrationReadAt" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "MessageTemplate" (
    "id" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "source" "MessageTemplateSource" NOT NULL,
    "key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "rcAccountId" TEXT,
    "extensionRowId" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "MessageTemplate_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "MessageTemplate_tenantId_name_id_idx" ON "MessageTemplate"("tenantId", "name", "id");

-- CreateIndex
CREATE INDEX "MessageTemplate_extensionRowId_idx" ON "MessageTemplate"("extensionRowId");

-- CreateIndex
CREATE UNIQUE INDEX "MessageTemplate_tenantId_source_key_key" ON "MessageTemplate"("tenantId", "source", "key");

-- AddForeignKey
ALTER TABLE "MessageTemplate" ADD CONSTRAINT "MessageTemplate_tenantId_fkey" FOREIGN KEY ("tenantId") REFERENCES "Tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "MessageTemplate" ADD CONSTRAINT "MessageTemplate_extensionRowId_fkey" FOREIGN KEY ("extensionRowId") REFERENCES "Extension"("id") ON DELETE CASCADE ON UPDATE CASCADE;
