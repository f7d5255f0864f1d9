import type { LoadPortInfo } from "./load_port/info.ts";

/** A load port that runs in a process of its own. */
export interface LoadPort extends AsyncDisposable {
  /** What it told of itself. */
  readonly info: LoadPortInfo;
}

/** Starts the load port, on a Unix socket at `path`, too. It ends when it is disposed. */
export async function startLoadPort(path: string): Promise<LoadPort> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", new URL("load_port/main.ts", import.meta.url).pathname, path],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
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
