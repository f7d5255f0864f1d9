/**
 * Rehearses `deno publish`, and checks that the package would hold the library, its papers and
 * nothing else.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { run } from "./support/run.ts";

const EXPECTED = /^(mod\.ts|deno\.json|README\.md|CHANGELOG\.md|LICENSE|lib\/[\w/]+\.ts)$/;
const REQUIRED = ["mod.ts", "deno.json", "README.md", "CHANGELOG.md", "LICENSE"];

/** The files that `deno publish --dry-run` lists, by their path from `root`. */
export function publishedFiles(output: string, root: string): string[] {
  const base = pathToFileURL(`${root}/`).href;
  return [...output.matchAll(/^ +(file:\S+) \([\d.]+\w+\)$/gm)]
    .map(([, url = ""]) => url.startsWith(base) ? decodeURI(url.slice(base.length)) : url);
}

/** What is wrong with the list of files, a line each. */
export function publishFaults(files: readonly string[]): string[] {
  const surplus = files.filter((path) => !EXPECTED.test(path));
  const missing = REQUIRED.filter((path) => !files.includes(path));
  return [
    ...surplus.map((path) => `Would publish ${path}, which is no part of the package`),
    ...missing.map((path) => `Would not publish ${path}: it is missing`),
  ];
}

if (import.meta.main) {
  const { code, output } = await run(
    Deno.execPath(),
    ["publish", "--dry-run", "--allow-dirty"],
    { env: { NO_COLOR: "1" } },
  );
  const files = publishedFiles(output, Deno.cwd());
  const faults = code === 0 ? publishFaults(files) : [];
  if (code !== 0) console.error(output);
  for (const fault of faults) console.error(fault);
  if (code !== 0 || faults.length > 0) Deno.exit(1);
  console.log(`Checked the ${files.length} files that would be published`);
}
