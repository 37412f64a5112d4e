/** Does `work` for each, so many of them at the same time; the results stand in the order of what was given. */
export async function atOnce<Item, Result>(
  most: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<PromiseSettledResult<Result>[]> {
  const results: PromiseSettledResult<Result>[] = []
  const left = items.entries()
  async function oneAfterTheOther() {
    for (const [place, item] of left) {
      const [result] = await Promise.allSettled([work(item)])
      results[place] = result
    }
  }
  await Promise.all(Array.from({ length: most }, oneAfterTheOther))
  return results
}
