import type { Observed } from '../../simulator/http/observe.ts'
import { openTokens } from '../../src/extensions/grant-tokens.ts'
import { storedSealer } from '../support/stored-sealer.ts'
import type { Rig } from './rig.ts'

/** Two clocks are compared, both of this machine: one counts milliseconds, the other cuts them. */
const toleranceMs = 2

/** Since when RingCentral sees each access token used, and since when the database has held it. */
export function createTokenHistory() {
  const firstUse = new Map<string, number>()
  /** Used before anybody watched. */
  const older = new Set<string>()

  return {
    /** For the simulator's `observe`. */
    observe(observed: Observed) {
      if (observed.kind !== 'exchange') return
      const token = observed.requestHeaders.authorization?.match(/^Bearer (.+)$/)?.[1]
      if (token && !firstUse.has(token)) firstUse.set(token, Date.now())
    },

    /** Has the database write down every pair that is ever stored, with the transaction that does it. */
    async watch(rig: Rig) {
      for (const token of firstUse.keys()) older.add(token)
      await rig.database.query(`
        CREATE TABLE crash_tokens (
          "tenantId" text, "extensionRowId" text, "accessTokenSealed" bytea, "refreshTokenSealed" bytea
        );
        CREATE FUNCTION crash_note_token() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          INSERT INTO crash_tokens
          SELECT "tenantId", NEW."extensionRowId", NEW."accessTokenSealed", NEW."refreshTokenSealed"
          FROM "Extension" WHERE "id" = NEW."extensionRowId";
          RETURN NULL;
        END $$;
        CREATE TRIGGER crash_note_token AFTER INSERT OR UPDATE OF "accessTokenSealed" ON "Grant"
        FOR EACH ROW EXECUTE FUNCTION crash_note_token();`)
    },

    /** The tokens that were used when nobody could have found them in the database. */
    async usedTooEarly(rig: Rig): Promise<string[]> {
      const sealer = await storedSealer(rig.databaseUrl, { id: 'crash', key: Buffer.alloc(32, 7) })
      const rows = await rig.rows(
        `SELECT *, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 * 1000 AS "committedAt"
         FROM crash_tokens`,
      )
      const committed = new Map<string, number>()
      for (const { committedAt, ...row } of rows) {
        const { accessToken } = await openTokens(sealer, row, row)
        committed.set(accessToken, Math.min(committedAt, committed.get(accessToken) ?? Infinity))
      }
      return [...firstUse].flatMap(([token, usedAt]) => {
        const committedAt = committed.get(token)
        if (older.has(token)) return []
        if (committedAt !== undefined && committedAt <= usedAt + toleranceMs) return []
        const when =
          committedAt === undefined ? 'never' : `${(committedAt - usedAt).toFixed(1)} ms later`
        return [`an access token was used, and ${when} committed`]
      })
    },
  }
}
