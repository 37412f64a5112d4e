import pg from 'pg'

/** One for each queue, and some for all: pg-boss writes a queue's name into its statements. */
const most = 100

/**
 * A connection of pg-boss's that keeps its statements prepared: they are the same again and again, and Postgres takes longer
 * to plan how a job is fetched than to fetch it.
 */
export class PreparedClient extends pg.Client {
  readonly #names = new Map<string, string>()

  #nameOf(text: string): string | undefined {
    const known = this.#names.get(text)
    if (known !== undefined || this.#names.size >= most) return known
    const name = `boss-${this.#names.size}`
    this.#names.set(text, name)
    return name
  }

  /** As a pool calls it. What is several statements in one text cannot be prepared. */
  override query(...[asked, values, ...rest]: unknown[]): never {
    const isOne = typeof asked === 'string' && Array.isArray(values) && !asked.includes(';')
    const name = isOne ? this.#nameOf(asked) : undefined
    const named = name === undefined ? asked : { name, text: asked }
    return Reflect.apply(super.query, this, [named, values, ...rest]) as never
  }
}
