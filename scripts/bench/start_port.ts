/** A server that runs in a process of its own. */
export interface StartedPort<T> extends AsyncDisposable {
  /** What it told of itself. */
  readonly info: T;
}

/**
 * Starts a server that prints one line of JSON when it is up, and ends with its standard input. It ends
 * when this is disposed.
 */
export async function startPort<T>(command: readonly string[]): Promise<StartedPort<T>> {
  const [program = "", ...args] = command;
  const process = new Deno.Command(program, { args, stdin: "piped", stdout: "piped" }).spawn();
  let line = "";
  for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
    line += text;
    if (line.endsWith("\n")) break;
  }
  return {
    info: JSON.parse(line),
    [Symbol.asyncDispose]: async () => {
      await process.stdin.close();
      await process.status;
    },
  };
}
