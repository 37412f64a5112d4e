-- CreateTable
CREATE TABLE "DataKey" (
    "id" TEXT NOT NULL,
    "kekId" TEXT NOT NULL,
    "wrapped" BYTEA NOT NULL,
    "active" BOOLEAN NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "DataKey_pkey" PRIMARY KEY ("id")
);


-- One key seals at a time; of two processes that start at once on an empty database, one makes it.
CREATE UNIQUE INDEX "DataKey_active_key" ON "DataKey"("active") WHERE "active";
