/**
 * Checks what `deno doc --lint` does not: that each public class and function has an example, that every
 * example has a title and imports the package by its name, and that what throws says so.
 *
 * @module
 */
import denoConfig from "../deno.json" with { type: "json" };
import { docFaults, type DocOutput } from "./docs/doc_faults.ts";
import { runOrThrow } from "./support/run.ts";

const entries = [denoConfig.exports["."], denoConfig.exports["./testing"]];
const args = ["doc", "--quiet", "--no-npm", "--json", ...entries];
const output: DocOutput = JSON.parse(await runOrThrow(Deno.execPath(), args));
const faults = docFaults(output, {
  packageName: denoConfig.name,
  readSource: (url) => Deno.readTextFileSync(new URL(url)),
});
for (const fault of faults) console.error(fault);
if (faults.length > 0) Deno.exit(1);
const count = Object.values(output.nodes).reduce((sum, { symbols }) => sum + symbols.length, 0);
console.log(`Checked the examples of ${count} public names`);
