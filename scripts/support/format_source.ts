import { runOrThrow } from "./run.ts";

/** Formats TypeScript as everything here is formatted. */
export async function formatSource(text: string): Promise<string> {
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, text);
    await runOrThrow("node_modules/.bin/deno", ["fmt", "--quiet", "--line-width", "100", path]);
    return await Deno.readTextFile(path);
  } finally {
    await Deno.remove(path);
  }
}
