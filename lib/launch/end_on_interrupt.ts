import type { Runtime } from "../runtime/types.ts";

/** A watch for the user's interrupting the program. */
export interface InterruptWatch {
  /** Ends the watch. */
  stop(): void;
  /** Resolves at once where the program was not interrupted; else not while the program ends of it. */
  whenOver(): Promise<void>;
}

/**
 * Ends something before the program when the user interrupts it. As the program does not end by
 * itself then, it is ended by the signal after that, when nothing of ours listens any longer.
 *
 * @param end Gets an error that tells of the signal.
 */
export function endOnInterrupt(
  runtime: Runtime,
  end: (reason: Error) => Promise<void>,
): InterruptWatch {
  let interruption: Promise<void> | undefined;
  const stop = runtime.onInterrupt((signal) => {
    interruption ??= (async () => {
      const reason = new Error(`The program was interrupted by ${signal}`);
      await end(reason).catch(() => {}); // there is nobody left to tell
      stop();
      runtime.endBySignal(signal);
    })();
  });
  return {
    stop: () => {
      if (interruption === undefined) stop();
    },
    whenOver: () => interruption ?? Promise.resolve(),
  };
}
