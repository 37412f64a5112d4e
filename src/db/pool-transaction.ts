import type pg from 'pg'

/** The database inside a transaction that goes past Prisma. */
export type PoolTx = pg.PoolClient

/** Runs work in one transaction on a connection of `pool`. What it lost to another one, the caller may try again. */
export async function inPoolTransaction<Result>(
  pool: pg.Pool,
  work: (tx: PoolTx) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    // What it left behind nobody knows then.
    await client.query('ROLLBACK').catch((lost) => {
      broken = lost
    })
    throw error
  } finally {
    client.release(broken)
  }
}
