import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import * as torcon from "../../mod.ts";

/** The pages that tell what names of others are here: in the second column of their tables. */
const PAGES = ["from-txtorcon.md", "from-stem.md"];
const MODULE = new URL("../../mod.ts", import.meta.url).href;
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

/** The code spans in the second column of every table of a page, without `()`. */
function namesOf(page: string): string[] {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
  const cells = text.split("\n").filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|")[2] ?? "");
  return [...new Set(cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)]))]
    .map(([, name]) => name!.replace(/\(\)$/, ""));
}

/** Whether a name is there when the program runs: an export, or what is static of a class. */
function isValue(name: string): boolean {
  const [exported, member] = name.split(".") as [string, string?];
  const value: unknown = Reflect.get(torcon, exported);
  if (member === undefined) return value !== undefined;
  return typeof value === "function" && member in value && !(member in Function.prototype);
}

/** The lines of a program that compiles only if all these are types, or members of types. */
function asTypes(names: readonly string[]): string[] {
  const exported = new Set(names.map((name) => name.split(".")[0]!));
  const members = names.filter((name) => name.includes("."))
    .map((name) => name.split(".") as [string, string])
    .map(([type, member], i) => `export type M${i} = ${type}["${member}"];`);
  return [...[...exported].map((name) => `import type { ${name} } from "${MODULE}";`), ...members];
}

/** What the compiler says of names that are no values. */
function faultsOf(names: readonly string[]): string[] {
  const directory = mkdtempSync(join(tmpdir(), "torcon-names-"));
  try {
    const path = join(directory, "names.ts");
    writeFileSync(path, `${asTypes(names).join("\n")}\nexport {};\n`);
    const { stderr } = spawnSync(
      process.execPath,
      ["check", "--quiet", "--config", CONFIG, path],
      { encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } },
    );
    return stderr.split("\n").filter((line) => /TS\d+ \[ERROR\]/.test(line));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe("the pages for users of other libraries", () => {
  it("name nothing that is not there", () => {
    const wrong = ["Launch", "Circuit.isBuilt", "TorConfig.saves"];
    const names = PAGES.flatMap((page) => {
      const own = namesOf(page);
      assert.ok(own.length >= 40, `${page} has ${own.length} names`);
      return own;
    });
    const faults = faultsOf([...names, ...wrong].filter((name) => !isValue(name)));
    // The compiler is seen to find what is not there.
    for (const name of wrong) {
      const found = faults.findIndex((fault) => fault.includes(`'${name.split(".").at(-1)}'`));
      assert.ok(found >= 0, `${name} was not found in ${faults.join("\n")}`);
      faults.splice(found, 1);
    }
    assert.deepEqual(faults, []);
  });

  it("name values apart from types", () => {
    assert.equal(isValue("launch"), true);
    assert.equal(isValue("launchTor"), false);
    assert.equal(isValue("TorConfig.read"), true);
    assert.equal(isValue("TorConfig.save"), false);
  });
});
