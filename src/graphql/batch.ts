import type { Context } from './context.ts'

/**
 * One question to the database for all that a page asks one by one: what is asked for within one turn of
 * the event loop, in one request, is loaded together.
 */
export function createBatch<Key, Value>(
  load: (context: Context, keys: readonly Key[]) => Promise<readonly Value[]>,
): (context: Context, key: Key) => Promise<Value> {
  type Batch = { keys: Key[]; values: Promise<readonly Value[]> }
  const open = new WeakMap<Context, Batch>()

  function begin(context: Context): Batch {
    const keys: Key[] = []
    const values = new Promise((resolve) => setImmediate(resolve)).then(() => {
      open.delete(context)
      return load(context, keys)
    })
    const batch = { keys, values }
    open.set(context, batch)
    return batch
  }

  return async (context, key) => {
    const batch = open.get(context) ?? begin(context)
    const place = batch.keys.push(key) - 1
    return (await batch.values)[place] as Value
  }
}
