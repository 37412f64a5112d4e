import type { Gateway } from './gateway.ts'

/** Every row of every table as text, the queue's included: what a thief of the database would read. */
export async function dumpDatabase({ db }: Pick<Gateway, 'db'>): Promise<string> {
  const tables = await db.$queryRaw<{ name: string }[]>`
    SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
    WHERE table_schema IN ('public', 'pgboss') AND table_type = 'BASE TABLE'`
  const dumps = await Promise.all(
    tables.map(({ name }) =>
      db.$queryRawUnsafe<{ row: string }[]>(`SELECT t::text AS row FROM ${name} AS t`),
    ),
  )
  return dumps.flatMap((rows) => rows.map(({ row }) => row)).join('\n')
}

/** How a secret would show in such a dump: as text, or inside of bytes. */
export const tracesOf = (secret: string) => [secret, Buffer.from(secret).toString('hex')]
