import pg from 'pg'

/**
 * Each connection keeps so many statements, which takes it some megabytes. What is put together in more ways than these
 * (filters, columns) has no bound: what has not been asked for the longest makes room.
 */
const most = 200

type Kept = {
  /** By its text, what each is called; the one that was asked for last stands last. */
  names: Map<string, string>
  /** How many there have been. */
  count: number
}

const ofConnections = new WeakMap<pg.PoolClient, Kept>()

/** What a statement is called on a connection, which nobody else uses at the moment, and is kept prepared by. */
export async function preparedName(client: pg.PoolClient, text: string): Promise<string> {
  const kept = ofConnections.get(client) ?? { names: new Map(), count: 0 }
  ofConnections.set(client, kept)
  const { names } = kept
  const known = names.get(text)
  // Never one that was given before: of a name pg knows which text it had.
  if (known === undefined) kept.count += 1
  const name = known ?? `rows-${kept.count}`
  names.delete(text)
  names.set(text, name)
  const [oldest] = names
  if (names.size > most && oldest) {
    names.delete(oldest[0])
    await forget(client, oldest[1])
  }
  return name
}

/** Has a statement prepared anew when it is asked for next. */
export async function forgetPrepared(client: pg.PoolClient, text: string): Promise<void> {
  const names = ofConnections.get(client)?.names
  const name = names?.get(text)
  if (name === undefined) return
  names?.delete(text)
  await forget(client, name)
}

/** SQLSTATE invalid_sql_statement_name: it was refused when it was to be prepared. */
const notThere = '26000'

async function forget(client: pg.PoolClient, name: string): Promise<void> {
  await client.query(`DEALLOCATE "${name}"`).catch((error) => {
    if (!(error instanceof pg.DatabaseError && error.code === notThere)) throw error
  })
  // For memory alone: without this list of pg's, it would keep the text.
  const { connection } = client as unknown as { connection?: { parsedStatements?: object } }
  if (connection?.parsedStatements) Reflect.deleteProperty(connection.parsedStatements, name)
}
