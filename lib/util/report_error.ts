/** Takes an error that a listener or a callback of the user's threw. */
export type ErrorHandler = (error: unknown) => void;

/**
 * Tells of an error that no caller waits for: by the platform's `reportError`, which makes it an
 * uncaught error that the program can see and handle, else as a warning on the console.
 *
 * @param error What was thrown.
 */
export function reportUnhandled(error: unknown): void {
  const platform = globalThis as { reportError?: (error: unknown) => void };
  if (typeof platform.reportError === "function") platform.reportError(error);
  // deno-lint-ignore no-console
  else console.warn("Unhandled error in a torcon listener:", error);
}

/** Calls `callback`, and gives what it throws, or what its promise rejects with, to `onError`. */
export function callSafely<T>(
  callback: (argument: T) => unknown,
  argument: T,
  onError: ErrorHandler,
): void {
  try {
    const result = callback(argument);
    if (result instanceof Promise) result.catch(onError);
  } catch (error) {
    onError(error);
  }
}
