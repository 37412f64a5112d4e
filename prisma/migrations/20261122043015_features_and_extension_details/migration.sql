-- CreateEnum
CREATE TYPE "Feature" AS ENUM ('CALLS', 'CALL_CONTROL', 'RECORDINGS', 'PRESENCE', 'DIRECTORY', 'CONTACTS', 'INTERNAL_MESSAGES', 'VOICEMAIL', 'FAX');

-- AlterTable
ALTER TABLE "Extension" ADD COLUMN     "businessPhone" TEXT,
ADD COLUMN     "company" TEXT,
ADD COLUMN     "department" TEXT,
ADD COLUMN     "firstName" TEXT,
ADD COLUMN     "jobTitle" TEXT,
ADD COLUMN     "lastName" TEXT,
ADD COLUMN     "mobilePhone" TEXT;

-- AlterTable
ALTER TABLE "Tenant" ADD COLUMN     "disabledFeatures" "Feature"[] DEFAULT ARRAY[]::"Feature"[];
