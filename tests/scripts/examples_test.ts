import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";

const EXAMPLES = new URL("../../examples/", import.meta.url);
const TESTS = new URL("../examples/", import.meta.url);

const names = readdirSync(EXAMPLES).filter((name) => name.endsWith(".ts"))
  .map((name) => name.replace(/\.ts$/, ""));

describe("the examples", () => {
  it("are listed by task", () => {
    const list = readFileSync(new URL("README.md", EXAMPLES), "utf8");
    for (const name of names) assert.ok(list.includes(`(${name}.ts)`), `${name} is not listed`);
    for (const [, path] of list.matchAll(/\]\((.*?)\)/g)) {
      assert.ok(readFileSync(new URL(path!, EXAMPLES)).byteLength > 0);
    }
  });

  it("are run by tests, each", () => {
    const tests = readdirSync(TESTS).filter((name) => name.endsWith("_test.ts"))
      .map((name) => readFileSync(new URL(name, TESTS), "utf8")).join("\n");
    for (const name of names) {
      assert.match(tests, new RegExp(`["/]${name}["\`]`), `No test in tests/examples runs ${name}`);
    }
  });
});
