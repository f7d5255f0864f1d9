import process from "node:process";
import { detectRuntime } from "../../lib/runtime/mod.ts";

/** How {@linkcode runProgram} runs a program. */
export interface RunProgramOptions {
  /** The one argument that the program gets. */
  argument?: string;
  /** What it is run by: a command, to which the program's own is added. */
  by?: readonly string[];
}

/**
 * Runs a module of the tests as a program of its own, on this runtime, and gives what it prints.
 *
 * @param module Its URL, with the extension `.ts`.
 */
export async function runProgram(
  module: URL,
  { argument = "", by = [] }: RunProgramOptions = {},
): Promise<string> {
  const runtime = await detectRuntime();
  // On Node it is compiled, as is this file.
  const isCompiled = import.meta.url.endsWith(".js");
  const path = isCompiled ? module.pathname.replace(/\.ts$/, ".js") : module.pathname;
  const own = runtime.name === "deno" ? ["run", "--quiet", "--no-check", "--allow-all"] : [];
  const [command = "", ...args] = [...by, process.execPath, ...own, path, argument];
  // Deno asks for its updates now and then.
  const env = { DENO_NO_UPDATE_CHECK: "1" };
  await using program = await runtime.spawn(command, { args, env });
  const [printed, complained] = await Promise.all([
    new Response(program.stdout as BodyInit).text(),
    new Response(program.stderr as BodyInit).text(),
  ]);
  const { success } = await program.status;
  if (success) return printed;
  throw new Error(`${path} failed: ${complained || printed}`);
}
