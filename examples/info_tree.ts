/**
 * Looks around in what a Tor that runs can tell.
 *
 *     deno run --allow-net --allow-read --allow-write=/run/tor examples/info_tree.ts
 *     bun examples/info_tree.ts [--control ADDRESS] [NAME [ARGUMENT]]
 *
 * NAME is as Tor has it, such as `net/listeners`, and ARGUMENT what comes behind. It writes Tor's answer;
 * where there is no question yet, what can follow the NAME, in Tor's own words.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { connect, type InfoNode } from "@torcon/torcon";

const { values, positionals } = parseArgs({
  options: { control: { type: "string" } },
  allowPositionals: true,
});
const [name = "", argument] = positionals;

await using tor = await connect({ control: values.control });
const node = name.split("/").reduce(childOf, await tor.getInfoTree() as InfoNode | undefined);
if (node === undefined) {
  console.error(`Tor ${tor.version} has no ${name}`);
  process.exitCode = 1;
} else if (node.kind === "key") {
  for await (const line of node.lines()) console.log(line);
} else if (node.kind === "prefix" && argument !== undefined) {
  for await (const line of node.lines(argument)) console.log(line);
} else {
  if (node.documentation !== "") console.log(node.documentation);
  for (const { key, documentation } of node) {
    console.log(`${key.padEnd(24)} ${documentation.split("\n")[0]}`.trimEnd());
  }
}

/** The part of the tree that is called so. */
function childOf(node: InfoNode | undefined, word: string): InfoNode | undefined {
  return word === "" ? node : [...node ?? []].find(({ key }) => key.split("/").at(-1) === word);
}
