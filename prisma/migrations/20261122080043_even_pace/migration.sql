-- AlterTable
ALTER TABLE "Budget" ADD COLUMN     "limit" INTEGER,
ADD COLUMN     "windowMs" INTEGER;
