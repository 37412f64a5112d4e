-- CreateEnum
CREATE TYPE "ConnectFailure" AS ENUM ('NO_REFRESH_TOKEN', 'APP_REFUSED');

-- AlterTable
ALTER TABLE "ConnectAttempt" ADD COLUMN     "appId" TEXT,
ADD COLUMN     "failure" "ConnectFailure";

-- AlterTable
ALTER TABLE "Grant" ADD COLUMN     "appId" TEXT;

-- AlterTable
ALTER TABLE "GrantRelease" ADD COLUMN     "appId" TEXT;

-- CreateTable
CREATE TABLE "RingCentralApp" (
    "id" TEXT NOT NULL,
    "tenantId" TEXT NOT NULL,
    "clientId" TEXT NOT NULL,
    "clientSecretSealed" BYTEA,
    "serverUrl" TEXT NOT NULL,
    "setAt" TIMESTAMPTZ(3) NOT NULL,
    "replacedAt" TIMESTAMPTZ(3),

    CONSTRAINT "RingCentralApp_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "RingCentralApp_tenantId_idx" ON "RingCentralApp"("tenantId");

-- CreateIndex
CREATE INDEX "Grant_appId_idx" ON "Grant"("appId");

-- AddForeignKey
ALTER TABLE "Grant" ADD CONSTRAINT "Grant_appId_fkey" FOREIGN KEY ("appId") REFERENCES "RingCentralApp"("id") ON DELETE RESTRICT ON UPDATE CASCADE;


-- People of a tenant connect through one app at a time.
CREATE UNIQUE INDEX "RingCentralApp_current_key" ON "RingCentralApp"("tenantId") WHERE "replacedAt" IS NULL;
