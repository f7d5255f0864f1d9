import { after, before, describe, it } from "node:test";
import assert from "node:assert/strict";
import { VERSION } from "../../lib/cli/version.ts";
import { startLoneTor } from "../../lib/testing/lone_tor.ts";
import { formatAddress } from "../../lib/util/address.ts";
import { runOrThrow } from "../../scripts/support/run.ts";
import { Tmux } from "../cli/_tmux.ts";

const root = new URL("../../", import.meta.url).pathname;
const bin = `${root}node_modules/.bin`;

/** What each consumer prints, however it has loaded the package. */
const EXPECTED = {
  address: "192.0.2.1",
  hostname: 62,
  isTorError: true,
  isItsClass: true,
  refused: "function",
};

/** What the package needs at run time. */
const DEPENDENCIES = ["@noble/curves", "@noble/hashes", "commander"];

/** What its monitor needs besides, which may be left out. */
const OPTIONAL = ["terminal-kit"];

const NODE_TYPES = { types: ["node"], typeRoots: [`${root}node_modules/@types`] };

/** What a user's project may look like to TypeScript; none sets `skipLibCheck`. */
const PROJECTS: Record<string, { options: Record<string, unknown>; sources: string[] }> = {
  "nodenext, with DOM and no other types": {
    options: { module: "nodenext", lib: ["es2022", "dom"], types: [] },
    sources: ["esm.mts", "commonjs.cts"],
  },
  "nodenext, with Node's types": {
    options: { module: "nodenext", lib: ["es2022"], ...NODE_TYPES },
    sources: ["esm.mts", "commonjs.cts"],
  },
  "bundler, with DOM and no other types": {
    options: { module: "esnext", moduleResolution: "bundler", lib: ["es2022", "dom"], types: [] },
    sources: ["esm.mts"],
  },
  "bundler, with Node's types": {
    options: { module: "esnext", moduleResolution: "bundler", lib: ["es2022"], ...NODE_TYPES },
    sources: ["esm.mts"],
  },
};

/** Packs a package into `folder`. */
async function pack(
  cwd: string,
  folder: string,
): Promise<{ filename: string; files: { path: string }[] }> {
  const args = ["pack", "--json", "--loglevel=error", `--pack-destination=${folder}`];
  const [packed] = JSON.parse(await runOrThrow("npm", args, { cwd }));
  return packed;
}

describe("the packed npm package", () => {
  let folder: string;
  let packed: string[];

  before(async () => {
    folder = await Deno.makeTempDir({ prefix: "torcon_consumer_" });
    const { filename, files } = await pack(`${root}npm`, folder);
    packed = files.map(({ path }) => path);
    // Its dependencies come from here, too: a registry may be out of reach.
    const dependencies = await Promise.all(DEPENDENCIES.map(async (name) => {
      return (await pack(`${root}node_modules/${name}`, folder)).filename;
    }));
    await Deno.writeTextFile(`${folder}/package.json`, `{ "private": true }`);
    const tarballs = [filename, ...dependencies].map((name) => `./${name}`);
    await runOrThrow(
      "npm",
      [
        "install",
        "--offline",
        "--omit=optional",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        ...tarballs,
      ],
      { cwd: folder },
    );
    for (const name of ["esm.mts", "commonjs.cts"]) {
      await Deno.copyFile(`${root}tests/npm/consumers/${name}`, `${folder}/${name}`);
    }
  });

  after(async () => {
    await Deno.remove(folder, { recursive: true });
  });

  /** Runs tsc in the user's folder. */
  async function compile(project: { options: Record<string, unknown>; sources: string[] }) {
    const compilerOptions = { target: "es2022", strict: true, ...project.options };
    await Deno.writeTextFile(
      `${folder}/tsconfig.json`,
      JSON.stringify({ compilerOptions, files: project.sources }),
    );
    await runOrThrow(`${bin}/tsc`, ["-p", folder], { cwd: folder });
  }

  it("holds the library, its declarations and papers, and nothing else", () => {
    const expected =
      /^(mod\.(js|d\.ts)|package\.json|README\.md|CHANGELOG\.md|LICENSE|lib\/[\w/]+\.(js|d\.ts))$/;
    assert.deepEqual(packed.filter((path) => !expected.test(path)), []);
    for (const path of ["mod.js", "mod.d.ts", "README.md", "CHANGELOG.md", "LICENSE"]) {
      assert.ok(packed.includes(path), `${path} is missing`);
    }
    const withoutTypes = packed.filter((path) =>
      path.endsWith(".js") && !packed.includes(path.replace(/js$/, "d.ts"))
    );
    assert.deepEqual(withoutTypes, []);
  });

  it("has a manifest that a registry takes", async () => {
    const manifest = JSON.parse(
      await Deno.readTextFile(`${folder}/node_modules/@torcon/torcon/package.json`),
    );
    const { version } = JSON.parse(await Deno.readTextFile(`${root}deno.json`));
    const { devDependencies, engines } = JSON.parse(
      await Deno.readTextFile(`${root}package.json`),
    );
    assert.equal(manifest.name, "@torcon/torcon");
    assert.equal(manifest.version, version);
    assert.equal(manifest.private, undefined);
    assert.equal(manifest.scripts, undefined);
    assert.deepEqual(manifest.engines, engines);
    // What users get is what is tested here.
    const versions = (names: readonly string[]) =>
      Object.fromEntries(names.map((name) => [name, devDependencies[name]]));
    assert.deepEqual(manifest.dependencies, versions(DEPENDENCIES));
    assert.deepEqual(manifest.optionalDependencies, versions(OPTIONAL));
  });

  it("has the command, which talks to a Tor on Node and on Bun", async () => {
    const { version } = JSON.parse(await Deno.readTextFile(`${root}deno.json`));
    assert.equal(VERSION, version);
    const bun = [`${bin}/bun`, "node_modules/@torcon/torcon/lib/cli/main.js"];
    await using tor = await startLoneTor();
    for (const [command = "", ...args] of [["npx", "--offline", "torcon"], bun]) {
      const run = (more: string[]) => runOrThrow(command, [...args, ...more], { cwd: folder });
      assert.equal(await run(["--version"]), `${version}\n`);
      const control = ["--control", formatAddress(tor.control)];
      assert.equal(JSON.parse(await run(["status", "--json", ...control])).pid, tor.pid);
    }
  });

  it("says what its monitor needs where that was left out", async () => {
    await using tor = await startLoneTor();
    const main = `${folder}/node_modules/@torcon/torcon/lib/cli/main.js`;
    const monitor = ["monitor", "--control", formatAddress(tor.control)];
    await using terminal = await Tmux.start(["node", main, ...monitor]);
    assert.equal((await terminal.ended()).code, 1);
    assert.match(
      (await terminal.screen()).join(""),
      /^torcon: Cannot show the monitor: [^]*npm install terminal-kit/,
    );
  });

  for (const [name, project] of Object.entries(PROJECTS)) {
    it(`type-checks in a user's project: ${name}`, () => compile(project));
  }

  for (const runtime of ["node", `${bin}/bun`]) {
    for (const file of ["esm.mjs", "commonjs.cjs"]) {
      it(`runs ${file} on ${runtime.split("/").at(-1)}`, async () => {
        await compile({
          options: { module: "nodenext", lib: ["es2022", "dom"], types: [] },
          sources: ["esm.mts", "commonjs.cts"],
        });
        const output = await runOrThrow(runtime, [file], { cwd: folder });
        assert.deepEqual(JSON.parse(output), EXPECTED);
      });
    }
  }
});
