/** How many are under way at a time. */
const BATCH = 64;

/** Does something that waits with each of many: with some of them side by side, and with all by the end. */
export async function inBatches<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  for (let i = 0; i < items.length; i += BATCH) {
    await Promise.all(items.slice(i, i + BATCH).map(work));
  }
}
