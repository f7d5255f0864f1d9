import type { SocksTask } from "./socks_task.ts";

/**
 * Does on one connection after the other what makes `count` in all, on as many at once as the task
 * says, and adds up what they give.
 */
export async function forEachOf(
  count: number,
  { parallel, each = 1 }: Pick<SocksTask, "parallel" | "each">,
  action: () => Promise<number>,
): Promise<number> {
  let left = count / each;
  let sum = 0;
  const work = async () => {
    while (left-- > 0) {
      // Not in one expression: the sum changes meanwhile.
      const result = await action();
      sum += result;
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return sum;
}
