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
 * itself then, the signal is sent to it once more after that, when nothing of ours listens any longer.
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
      await raise(runtime, signal);
    })();
  });
  return {
    stop: () => {
      if (interruption === undefined) stop();
    },
    whenOver: () => interruption ?? Promise.resolve(),
  };
}

async function raise(runtime: Runtime, signal: string): Promise<void> {
  const pid = String(runtime.pid);
  const [command, args] = runtime.platform === "win32"
    ? ["taskkill", ["/F", "/PID", pid]] as const
    : ["sh", ["-c", `kill -s ${signal.slice(3)} ${pid}`]] as const;
  try {
    await (await runtime.spawn(command, { args })).status;
  } catch {
    // Without the permission to run it the program goes on, until it is interrupted again.
  }
}
