/**
 * Tells and changes the configuration of a Tor that runs.
 *
 *     deno run --allow-net --allow-read --allow-write=/run/tor examples/configuration.ts
 *     bun examples/configuration.ts [--control ADDRESS] [NAME [VALUE ...]]
 *
 * With nothing else it writes a torrc of all that is not as by default, passwords too. With the NAME of
 * an option, in any case, it tells its type, its value and its default; with VALUEs it sets the option to
 * them, as long as Tor runs. The VALUE `default` gives back the default.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { ConfigSaveError, connect, DEFAULT_VALUE, type TorConfig } from "@torcon/torcon";

const { values, positionals } = parseArgs({
  options: { control: { type: "string" } },
  allowPositionals: true,
});
const [name, ...texts] = positionals;

await using tor = await connect({ control: values.control });
const config = await tor.getConfig();
if (name === undefined) {
  process.stdout.write(config.toTorrc());
} else if (texts.length === 0) {
  console.log(`type     ${config.typeOf(name)}`);
  console.log(`value    ${shown(config.get(name))}`);
  console.log(`default  ${shown(config.defaultOf(name) ?? DEFAULT_VALUE)}`);
} else {
  config.addOptionListener(name, ({ name, previous, value }) => {
    console.log(`${name} was ${shown(previous)} and is ${shown(value)}`);
  });
  config.set(name, valueOf(config, name, texts));
  if (!config.needsSave) console.log("Tor has that already");
  await config.save().catch((error) => {
    if (!(error instanceof ConfigSaveError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  });
}

/** The value that an option takes, of its words on the command line. */
function valueOf(config: TorConfig, name: string, texts: readonly string[]): unknown {
  const [text] = texts;
  if (text === "default") return DEFAULT_VALUE;
  if (Array.isArray(config.get(name))) return texts;
  const isText = ["String", "Filename"].includes(config.typeOf(name));
  return isText || Number.isNaN(Number(text)) ? text : Number(text);
}

/** A value in words. */
function shown(value: unknown): string {
  if (value === DEFAULT_VALUE) return "not set";
  return Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
}
