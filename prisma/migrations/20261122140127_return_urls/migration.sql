-- AlterTable
ALTER TABLE "ConnectToken" ADD COLUMN     "returnUrl" TEXT;

-- AlterTable
ALTER TABLE "Tenant" ADD COLUMN     "returnUrls" TEXT[] DEFAULT ARRAY[]::TEXT[];
