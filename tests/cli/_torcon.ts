import process from "node:process";
import { decodeText } from "../../lib/codec/text.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Process } from "../../lib/runtime/types.ts";

/** The time that a test with several programs may take. */
export const SLOW = { timeout: 120_000 };

/** How the command is run. */
export interface RunOptions {
  /** Variables of its environment; those that would choose a Tor are empty otherwise. */
  env?: Readonly<Record<string, string>>;
  /** What it reads, which ends after it. */
  stdin?: string | Uint8Array;
}

/** What it has done. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What chooses no Tor. */
export const NO_CHOICE: Readonly<Record<string, string>> = {
  TOR_CONTROL_IPC_PATH: "",
  TOR_CONTROL_HOST: "",
  TOR_CONTROL_PORT: "",
  TOR_CONTROL_PASSWD: "",
  TOR_CONTROL_COOKIE_AUTH_FILE: "",
  // Deno asks for its updates now and then.
  DENO_NO_UPDATE_CHECK: "1",
};

/** The words that run the command, from its source on the runtime under test. */
export function commandLine(args: readonly string[]): string[] {
  return programLine("../../lib/cli/main", args);
}

/** The words that run a program, by its path from here, on the runtime under test. */
export function programLine(path: string, args: readonly string[]): string[] {
  // On Node it is compiled, as is this file.
  const extension = import.meta.url.endsWith(".js") ? "js" : "ts";
  const { pathname } = new URL(`${path}.${extension}`, import.meta.url);
  const own = "Deno" in globalThis ? ["run", "--quiet", "--no-check", "--allow-all"] : [];
  return [process.execPath, ...own, pathname, ...args];
}

/** Starts the command. */
export async function start(
  args: readonly string[],
  { env, stdin }: RunOptions = {},
): Promise<Process> {
  const [command = "", ...rest] = commandLine(args);
  const runtime = await detectRuntime();
  return await runtime.spawn(command, {
    args: rest,
    env: { ...NO_CHOICE, ...env },
    stdin: typeof stdin === "string" ? new TextEncoder().encode(stdin) : stdin,
  });
}

/** Runs the command to its end. */
export async function torcon(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  await using program = await start(args, options);
  return await outcome(program);
}

/** Waits for the end of a program, whose output nobody has read. */
export async function outcome(program: Process): Promise<Outcome> {
  const read = async (stream: ReadableStream<Uint8Array>) =>
    decodeText(new Uint8Array(await new Response(stream as BodyInit).arrayBuffer()));
  const [stdout, stderr] = await Promise.all([read(program.stdout), read(program.stderr)]);
  const { code } = await program.status;
  return { code, stdout, stderr };
}

/** Reads a stream of text until a pattern is found in it, and gives the match; the rest is thrown away. */
export async function readUntil(
  stream: ReadableStream<Uint8Array>,
  pattern: RegExp,
): Promise<RegExpExecArray> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const match = pattern.exec(text);
    if (match !== null) {
      reader.releaseLock();
      // A full pipe would stop the program.
      stream.pipeTo(new WritableStream()).catch(() => {});
      return match;
    }
    const { done, value } = await reader.read();
    if (done) throw new Error(`Found no ${pattern} in: ${text}`);
    text += decoder.decode(value, { stream: true });
  }
}
