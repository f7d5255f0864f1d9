import { describe, it } from "node:test";
import assert from "node:assert/strict";
import process from "node:process";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { platformName } from "../../lib/runtime/platform_name.ts";

describe("detectRuntime()", () => {
  it("finds the adapter of the platform", async () => {
    const { deno, bun } = process.versions as { deno?: string; bun?: string };
    const expected = deno !== undefined ? "deno" : bun !== undefined ? "bun" : "node";
    assert.equal((await detectRuntime()).name, expected);
  });
});

describe("platformName()", () => {
  const node = { versions: { node: "20.20.2", uv: "1.51.0" } };

  it("tells Deno, Bun and Node from each other", () => {
    assert.equal(platformName({ Deno: { version: { deno: "2.9.6" } }, process: node }), "deno");
    assert.equal(platformName({ Bun: {}, process: node }), "bun");
    assert.equal(platformName({ process: node }), "node");
  });

  it("does not take an imitation of Node for Node", () => {
    assert.equal(platformName({}), undefined);
    assert.equal(platformName({ process: {} }), undefined);
    assert.equal(platformName({ Deno: {}, process: { versions: {} } }), undefined);
    // What workerd has with nodejs_compat.
    assert.equal(platformName({ process: { versions: { node: "22.23.4", uv: "" } } }), undefined);
  });
});
