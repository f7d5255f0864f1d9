/** The shortest time that a timer waits, in milliseconds. */
const TICK = 1;

/**
 * Finds the longest pause of the event loop while `work` is under way: the longest time from one run of
 * a timer of a millisecond to the next, in seconds.
 *
 * @param work Is over when it resolves.
 */
export async function longestPause(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const tick = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(tick, TICK);
  await nextTick();
  last = performance.now();
  longest = 0;
  await work();
  await nextTick();
  tick();
  clearInterval(timer);
  return longest / 1000;
}

/** Resolves with the next run of a timer. */
export function nextTick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, TICK));
}
