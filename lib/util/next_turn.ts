/** Resolves in the next turn of the event loop, after what is ready now has run. */
export function nextTurn(): Promise<void> {
  const platform = globalThis as { setImmediate?: (callback: () => void) => unknown };
  return new Promise((resolve) => {
    // A timer waits for a millisecond at the least.
    if (platform.setImmediate !== undefined) platform.setImmediate(resolve);
    else setTimeout(resolve);
  });
}
