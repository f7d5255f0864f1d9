import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { run } from "../../scripts/support/run.ts";

/** A module as `deno info --json` tells of it. */
interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly code?: { readonly specifier?: string };
    readonly isDynamic?: boolean;
  }[];
}

/** The modules that are loaded before a module runs. */
async function loadedBefore(path: string): Promise<Set<string>> {
  const { code, stdout, output } = await run(Deno.execPath(), ["info", "--json", path]);
  assert.equal(code, 0, output);
  const { roots, modules } = JSON.parse(stdout) as { roots: string[]; modules: Module[] };
  const known = new Map(modules.map((module) => [module.specifier, module]));
  const loaded = new Set(roots);
  // It grows meanwhile.
  for (const specifier of loaded) {
    for (const { code, isDynamic } of known.get(specifier)?.dependencies ?? []) {
      if (code?.specifier !== undefined && !isDynamic) loaded.add(code.specifier);
    }
  }
  return loaded;
}

describe("the command torcon", () => {
  it("prints help and completes without what it needs for a Tor", async () => {
    const loaded = await loadedBefore("lib/cli/main.ts");
    assert.ok([...loaded].some((specifier) => specifier.endsWith("/lib/cli/program.ts")));
    const heavy = /\/lib\/(?:http|launch|onion|socks|state|tor)\/|@noble|terminal-kit/;
    assert.deepEqual([...loaded].filter((specifier) => heavy.test(specifier)), []);
  });
});
