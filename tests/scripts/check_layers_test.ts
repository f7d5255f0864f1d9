import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { createVirtualFileSystem } from "typescript/unstable/fs";
import { checkLayers } from "../../scripts/check_layers.ts";

const TSCONFIG = JSON.stringify({
  compilerOptions: { module: "NodeNext", noLib: true, types: [], allowImportingTsExtensions: true },
  include: ["mod.ts", "lib"],
});

/** The breaches in a library of these files, each as `path:line message`. */
async function breaches(files: Record<string, string>): Promise<string[]> {
  const root = "/house";
  const all = { "tsconfig.json": TSCONFIG, "mod.ts": "export {};", ...files };
  const rooted = Object.entries(all).map(([path, text]) => [`${root}/${path}`, text]);
  const fs = createVirtualFileSystem(Object.fromEntries(rooted));
  const { violations } = await checkLayers({ root, fs });
  return violations.map(({ path, line, message }) => `${path}:${line} ${message}`);
}

async function assertBreach(files: Record<string, string>, expected: RegExp): Promise<void> {
  const found = await breaches(files);
  assert.equal(found.length, 1, found.join("\n"));
  assert.match(found[0] ?? "", expected);
}

const VALUE = "export const value = 1;";

describe("checkLayers()", () => {
  it("accepts imports that run down, types of the runtime, and an adapter picked in tor/", async () => {
    assert.deepEqual(
      await breaches({
        "mod.ts": `export * from "./lib/tor/mod.ts";`,
        "lib/errors/mod.ts": VALUE,
        "lib/util/a.ts": `import { value } from "../errors/mod.ts"; export const a = value;`,
        "lib/runtime/types.ts": "export interface Conn { process: string }",
        "lib/runtime/node.ts": `import { connect } from "node:net"; export const a = connect;`,
        "lib/runtime/mod.ts": `export const node = () => import("./node.ts"); Deno.pid;`,
        "lib/config/a.ts": VALUE,
        "lib/state/a.ts": `export * from "../config/a.ts"; export * from "../util/a.ts";`,
        "lib/onion/a.ts": `export * from "../config/a.ts";`,
        "lib/control/a.ts": `
          import type { Conn } from "../runtime/types.ts";
          export type C = import("../runtime/types.ts").Conn;
          // Deno.connect, await, using x = y
          /** import x from "../tor/mod.ts"; process.exit() */
          export async function f(conn: Conn, process: Conn) {
            await f(conn, process);
            for await (const x of [process.process]) x;
            return "Deno.connect";
          }
        `,
        "lib/tor/mod.ts": `
          export * from "../runtime/mod.ts";
          export type { Conn } from "../runtime/types.ts";
          export * from "../state/a.ts";
        `,
      }),
      [],
    );
  });

  const upward: [room: string, target: string, why: RegExp][] = [
    ["errors", "util", /errors may import no other room, not util/],
    ["util", "codec", /util may import only errors, not codec/],
    ["codec", "control", /codec may import only util, errors, not control/],
    ["codec", "socks", /not socks/],
    ["control", "socks", /control may import only codec, util, errors, not socks/],
    ["socks", "control", /not control/],
    ["http", "onion", /not onion/],
    ["config", "state", /not state/],
    ["onion", "state", /not state/],
    ["state", "onion", /not onion/],
    ["launch", "config", /not config/],
    ["launch", "tor", /not tor/],
    ["tor", "testing", /not testing/],
    ["testing", "cli", /not cli/],
    ["runtime", "codec", /runtime may import only util, errors, not codec/],
    ["control", "runtime", /only tor, testing, cli pick a concrete adapter/],
  ];
  for (const [room, target, why] of upward) {
    it(`refuses an import of ${target} in ${room}`, async () => {
      const [found, ...others] = await breaches({
        [`lib/${room}/a.ts`]: `\nexport * from "../${target}/b.ts";`,
        [`lib/${target}/b.ts`]: VALUE,
      });
      assert.deepEqual(others, []);
      assert.ok(found?.startsWith(`lib/${room}/a.ts:2 imports ../${target}/b.ts: `), found);
      assert.match(found ?? "", why);
    });
  }

  it("reads every form of import", async () => {
    const target = { "lib/control/b.ts": "export const value = 1; export type T = 1;" };
    for (
      const form of [
        `import { value } from "../control/b.ts"; export { value };`,
        `import * as all from "../control/b.ts"; export { all };`,
        `import "../control/b.ts"; export {};`,
        `import type { T } from "../control/b.ts"; export type U = T;`,
        `import { type T } from "../control/b.ts"; export type U = T;`,
        `export * from "../control/b.ts";`,
        `export { value } from "../control/b.ts";`,
        `export type * from "../control/b.ts";`,
        `export const later = () => import("../control/b.ts");`,
        "export const later = () => import(`../control/b.ts`);",
        `export type T = import("../control/b.ts").T;`,
        `export type T = typeof import("../control/b.ts");`,
        `import all = require("../control/b.ts"); export { all };`,
      ]
    ) {
      await assertBreach({ "lib/codec/a.ts": form, ...target }, /not control$/);
    }
  });

  it("refuses an import that it cannot read", async () => {
    const source = `export const load = (name: string) => import("./" + name);`;
    await assertBreach({ "lib/codec/a.ts": source }, /imports a computed name/);
  });

  it("refuses the runtime's types as values", async () => {
    const types = { "lib/runtime/types.ts": "export interface Conn {}" };
    for (
      const form of [
        `import { type Conn } from "../runtime/types.ts"; export type C = Conn;`,
        `export * from "../runtime/types.ts";`,
      ]
    ) {
      await assertBreach({ "lib/control/a.ts": form, ...types }, /for `import type`$/);
    }
  });

  it("refuses what is in no room, outside the library, or missing", async () => {
    await assertBreach({ "lib/misc/a.ts": VALUE }, /^lib\/misc\/a.ts:1 is in no room/);
    await assertBreach({ "lib/a.ts": VALUE }, /is in no room/);
    await assertBreach(
      { "lib/util/a.ts": `export * from "../../tests/b.ts";`, "tests/b.ts": VALUE },
      /there is no tests\/b\.ts in the library/,
    );
    await assertBreach({ "lib/util/a.ts": `export * from "./b.ts";` }, /there is no lib\/util\/b/);
    await assertBreach(
      { "lib/util/a.ts": `export * from "../../mod.ts";` },
      /a room never imports the entry above it/,
    );
    await assertBreach(
      { "mod.ts": `export * from "./lib/testing/mod.ts";`, "lib/testing/mod.ts": VALUE },
      /testing is an entry of its own/,
    );
  });

  it("refuses dependencies, in lib/runtime too", async () => {
    for (const name of ["npm:ws", "jsr:@std/bytes", "fast-check", "https://a.test/b.ts", "#up"]) {
      for (const room of ["util", "runtime"]) {
        const files = { [`lib/${room}/a.ts`]: `export * from "${name}";` };
        await assertBreach(files, /the library has no dependencies/);
      }
    }
  });

  it("lets the onion room alone import the curves and hashes that it needs", async () => {
    for (const name of ["@noble/curves", "@noble/hashes"]) {
      const source = `import { x } from "${name}/x.js"; export { x };`;
      assert.deepEqual(await breaches({ "lib/onion/a.ts": source }), []);
      for (const room of ["tor", "control", "util"]) {
        await assertBreach({ [`lib/${room}/a.ts`]: source }, /only lib\/onion may import @noble/);
      }
      for (const other of [`${name}-x/y.js`, `npm:${name}/x.js`, "@noble/ciphers/x.js"]) {
        const files = { "lib/onion/a.ts": `export * from "${other}";` };
        await assertBreach(files, /the library has no dependencies but @noble/);
      }
    }
  });

  it("lets the cli room alone import the parser of its command line", async () => {
    const source = `import { Command } from "commander"; export { Command };`;
    assert.deepEqual(await breaches({ "lib/cli/a.ts": source }), []);
    for (const room of ["tor", "runtime", "testing"]) {
      await assertBreach({ [`lib/${room}/a.ts`]: source }, /only lib\/cli may import commander/);
    }
    const other = `export * from "commander-x";`;
    await assertBreach({ "lib/cli/a.ts": other }, /the library has no dependencies/);
  });

  it("refuses platform modules outside lib/runtime", async () => {
    for (const name of ["net", "tls", "fs", "fs/promises", "child_process", "http", "dgram"]) {
      const source = `export const load = () => import("node:${name}");`;
      await assertBreach({ "lib/control/a.ts": source }, /only lib\/runtime may name a platform/);
    }
  });

  const platformNames: [name: string, source: string][] = [
    ["Deno", "Deno.pid;"],
    ["Deno", "export type C = Deno.Conn;"],
    ["Deno", "globalThis.Deno.pid;"],
    ["Deno", "(globalThis as never).Deno?.pid;"],
    ["Deno", `globalThis["Deno"].pid;`],
    ["Deno", "const { Deno: d } = globalThis; d;"],
    ["Bun", "typeof Bun === 'object';"],
    ["process", "process.env;"],
    ["process", "(globalThis as never).process.env;"],
    ["process", `globalThis["process"].env;`],
    ["process", "const { process: p } = globalThis; p;"],
    ["Buffer", "Buffer.from('');"],
    ["navigator", "navigator.userAgent;"],
    ["setImmediate", "setImmediate(() => {});"],
    ["require", "require('net');"],
  ];
  for (const [name, source] of platformNames) {
    it(`refuses ${source}`, async () => {
      const files = { "lib/control/a.ts": `export {};\n${source}` };
      await assertBreach(
        files,
        new RegExp(`^lib/control/a.ts:2 ${name} is a platform's own global`),
      );
      assert.deepEqual(await breaches({ "lib/runtime/a.ts": `export {};\n${source}` }), []);
    });
  }

  it("refuses a cycle between files, of values or types", async () => {
    for (const keyword of ["import", "import type"]) {
      await assertBreach(
        {
          "lib/util/a.ts": `import { b } from "./b.ts"; export type A = typeof b;`,
          "lib/util/b.ts": `export * from "./c.ts"; export const b = 1;`,
          "lib/util/c.ts": `${keyword} { A } from "./a.ts"; export type C = A;`,
        },
        /c\.ts:1 closes a cycle: lib\/util\/a\.ts -> lib\/util\/b\.ts -> lib\/util\/c\.ts -> lib\/util\/a\.ts$/,
      );
    }
  });

  it("refuses a cycle between rooms", async () => {
    const found = await breaches({
      "lib/util/a.ts": `export * from "../errors/b.ts";`,
      "lib/errors/b.ts": `import type { X } from "../util/a.ts"; export type X = 1;`,
    });
    assert.equal(found.length, 2, found.join("\n"));
    assert.match(found.join("\n"), /errors may import no other room/);
    assert.match(found.join("\n"), /closes a cycle/);
  });

  it("refuses a platform module that mod.ts loads, and names the way to it", async () => {
    const files = {
      "mod.ts": `export * from "./lib/tor/mod.ts";`,
      "lib/tor/mod.ts": `import "../runtime/node.ts"; export {};`,
      "lib/runtime/node.ts": `import "node:net"; export {};`,
    };
    await assertBreach(
      files,
      /node\.ts:1 loads node:net together with mod\.ts \(mod\.ts -> lib\/tor\/mod\.ts -> lib\/runtime\/node\.ts\)/,
    );
  });

  it("refuses using, await using and top-level await", async () => {
    const source = (text: string) => ({ "lib/util/a.ts": `export {};\n${text}` });
    await assertBreach(source("function f() { using x = null; }"), /a\.ts:2 using x = null is a/);
    await assertBreach(source("async function f() { await using x = null; }"), /await using x/);
    await assertBreach(source("await Promise.resolve();"), /:2 await .* waits while the module/);
    await assertBreach(source("for await (const x of []) x;"), /waits while the module/);
    await assertBreach(source("{ if (true) await 1; }"), /waits while the module/);
    assert.equal((await breaches(source("await using x = null;"))).length, 2);
  });

  it("refuses reference directives", async () => {
    const source = `/// <reference types="node" />\nexport {};`;
    await assertBreach({ "lib/util/a.ts": source }, /node is a reference directive/);
  });
});
