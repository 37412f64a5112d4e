import type { SealedColumn } from './secrets/sealed-column.ts'

const tenantOfGrant =
  '(SELECT "tenantId" FROM "Extension" WHERE "Extension"."id" = "extensionRowId")'
const own = { key: 'id', tenantId: '"tenantId"', rowId: '"id"' }
const ofGrant = { key: 'extensionRowId', tenantId: tenantOfGrant, rowId: '"extensionRowId"' }
const ofRelease = { ...own, rowId: '"extensionRowId"' }

const sealed = (
  table: string,
  column: string,
  place: Pick<SealedColumn, 'key' | 'tenantId' | 'rowId'>,
  as = table,
): SealedColumn => ({
  table,
  column: `${column}Sealed`,
  ...place,
  sealedAs: { table: as, column },
})

/** All that is sealed in the database: what a start looks at, and `rotate-keys` seals anew. */
export const sealedColumns: readonly SealedColumn[] = [
  sealed('ConnectAttempt', 'codeVerifier', own),
  sealed('Grant', 'accessToken', ofGrant),
  sealed('Grant', 'refreshToken', ofGrant),
  sealed('GrantRelease', 'accessToken', ofRelease, 'Grant'),
  sealed('GrantRelease', 'refreshToken', ofRelease, 'Grant'),
  sealed('RingCentralApp', 'clientSecret', own),
  sealed('WebhookSubscription', 'verificationToken', own),
]
