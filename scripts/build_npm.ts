/**
 * Builds the package for npm into npm/: JavaScript modules with their declarations beside them, and
 * the tests, compiled, in npm/tests (which the package leaves out). The version and the entry points
 * are deno.json's.
 *
 * @module
 */
import denoConfig from "../deno.json" with { type: "json" };
import packageConfig from "../package.json" with { type: "json" };
import { DEPENDENCIES, OPTIONAL_DEPENDENCIES } from "./layers/rules.ts";
import { runOrThrow } from "./support/run.ts";

const OUT = "npm";

/** What npm shows of the package. */
const METADATA = {
  name: denoConfig.name,
  version: denoConfig.version,
  description: "A Tor controller for Deno, Bun and Node: launch or connect to Tor, follow and " +
    "change its state, make connections over it and run onion services on it",
  keywords: ["tor", "onion", "onion-service", "control-port", "socks", "privacy", "deno", "bun"],
  license: denoConfig.license,
};

/** The path in the package that an entry's source becomes, with another extension. */
function built(source: string, extension: ".js" | ".d.ts"): string {
  return source.replace(/\.ts$/, extension);
}

function packageJson(): Record<string, unknown> {
  const entries = Object.entries(denoConfig.exports).map(([name, source]) => [
    name,
    { types: built(source, ".d.ts"), default: built(source, ".js") },
  ]);
  return {
    ...METADATA,
    type: "module",
    exports: { ...Object.fromEntries(entries), "./package.json": "./package.json" },
    engines: packageConfig.engines,
    dependencies: versions((name) => !OPTIONAL_DEPENDENCIES.has(name)),
    optionalDependencies: versions((name) => OPTIONAL_DEPENDENCIES.has(name)),
    bin: { torcon: built(denoConfig.exports["./cli"], ".js").replace("./", "") },
    sideEffects: [built(denoConfig.exports["./cli"], ".js")],
    files: ["mod.js", "mod.d.ts", "lib/", "CHANGELOG.md"],
  };
}

/** Those packages that the library may import and that are wanted, at the versions that deno.json gives. */
function versions(isWanted: (name: string) => boolean): Record<string, string> {
  return Object.fromEntries(
    Object.keys(DEPENDENCIES).filter(isWanted).map((name) => {
      const specifier = Object.entries(denoConfig.imports).find(([key]) => key === name)?.[1];
      const version = specifier?.replace(`npm:${name}@`, "");
      if (version === undefined || version === specifier) {
        throw new Error(`deno.json imports no version of ${name} from npm`);
      }
      return [name, version];
    }),
  );
}

/**
 * Lets the declarations stand alone: `AsyncDisposable` is in no `lib` that a project has by default,
 * and declarations that miss a name fail to check, or lose the type where `skipLibCheck` is set.
 */
async function referToDisposable(): Promise<void> {
  for (const source of Object.values(denoConfig.exports)) {
    const path = `${OUT}/${built(source, ".d.ts")}`;
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, `/// <reference lib="esnext.disposable" />\n${text}`);
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

await Deno.remove(OUT, { recursive: true }).catch((error) => {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
});
await runOrThrow("node_modules/.bin/tsc", ["-p", "scripts/npm/tsconfig.json"]);
await referToDisposable();
await Deno.writeTextFile(`${OUT}/package.json`, JSON.stringify(packageJson(), null, 2) + "\n");
for (const name of ["README.md", "CHANGELOG.md", "LICENSE"]) {
  await Deno.copyFile(name, `${OUT}/${name}`);
}
await copyFolder("tests/data", `${OUT}/tests/data`);
