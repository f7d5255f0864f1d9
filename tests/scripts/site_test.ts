import { after, before, describe, it } from "node:test";
import assert from "node:assert/strict";
import { dirname, join, normalize, relative } from "node:path";
import denoConfig from "../../deno.json" with { type: "json" };
import { runOrThrow } from "../../scripts/support/run.ts";

/** Some of each entry's names, and where their pages are. */
const PAGES = [
  "index.html",
  "all_symbols.html",
  "cli/index.html",
  "testing/index.html",
  ...["connect", "launch", "Tor", "TorState", "TorConfig", "ControlConnection", "CircuitBuilder"]
    .map((name) => `~/${name}.html`),
  ...["ScriptedControlPort", "PrivateNetwork", "startLoneTor"]
    .map((name) => `testing/~/${name}.html`),
];

describe("the site", () => {
  let site: string;
  const files = new Set<string>();

  before(async () => {
    site = await Deno.makeTempDir({ prefix: "torcon_site_" });
    const [program = "", ...args] = denoConfig.tasks.site.command
      .replace("--output=site", `--output=${site}`).split(" ");
    await runOrThrow(program.replace("node_modules/.bin/deno", Deno.execPath()), args);
    await list(site);
  });
  after(async () => {
    await Deno.remove(site, { recursive: true });
  });

  async function list(folder: string): Promise<void> {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) await list(join(folder, name));
      else files.add(relative(site, join(folder, name)));
    }
  }

  it("has a page for each of the main names", () => {
    assert.deepEqual(PAGES.filter((page) => !files.has(page)), []);
  });

  it("has no link that leads nowhere", async () => {
    const broken = new Set<string>();
    let count = 0;
    for (const file of files) {
      if (!file.endsWith(".html")) continue;
      const text = await Deno.readTextFile(join(site, file));
      for (const [, quoted = ""] of text.matchAll(/(?:href|src)="([^"]*)"/g)) {
        const [target = ""] = quoted.replaceAll("&#x2F;", "/").split("#");
        if (target === "" || /^[a-z]+:/.test(target)) continue;
        count++;
        const path = normalize(join(dirname(file), decodeURI(target)));
        if (!files.has(path) && !files.has(join(path, "index.html"))) {
          broken.add(`${file}: ${target}`);
        }
      }
    }
    assert.ok(count > 10_000, `Found ${count} links only`);
    assert.deepEqual([...broken], []);
  });
});
