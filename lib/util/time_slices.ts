import { nextTurn } from "./next_turn.ts";

/** How long work may go on at a time, in milliseconds. */
const SLICE = 5;

/**
 * Parts long work into slices, so that it keeps nothing else waiting: call the function that this
 * returns between steps, and wait for what it returns. Mostly that is `undefined`, at once.
 */
export function timeSlices(): () => Promise<void> | undefined {
  let end = performance.now() + SLICE;
  return () => {
    if (performance.now() < end) return undefined;
    return nextTurn().then(() => {
      end = performance.now() + SLICE;
    });
  };
}
