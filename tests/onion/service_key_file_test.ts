import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { encodeText } from "../../lib/codec/text.ts";
import { OnionKeyFileError, PathNotFoundError } from "../../lib/errors/mod.ts";
import { openServiceKeyFile } from "../../lib/onion/service_key_file.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Runtime } from "../../lib/runtime/types.ts";
import { addedOnions, torFile } from "./_data.ts";

/** A key as Tor has told it, and its file as Tor has written it. */
const BLOB = addedOnions()[0]!.blob;
const FILE = torFile("hs_ed25519_secret_key");

describe("the file of a service's key", () => {
  let runtime: Runtime;
  let root: string;
  let count = 0;

  before(async () => {
    runtime = await detectRuntime();
    root = await runtime.makeTempDirectory("torcon-test-");
  });
  after(() => runtime.remove(root, { recursive: true }));

  /** A path in an empty directory. */
  async function fresh(): Promise<string> {
    const directory = `${root}/${count++}`;
    await runtime.makeDirectory(directory);
    return `${directory}/key`;
  }

  /** What is in the directory of a path. */
  const beside = (path: string) => runtime.readDirectory(path.slice(0, path.lastIndexOf("/")));

  /** The platform's files, where one call does something else. */
  const withCall = (calls: Partial<Runtime>): Runtime =>
    new Proxy(runtime, {
      get: (target, name: keyof Runtime) => {
        const own = calls[name] ?? target[name];
        return typeof own === "function" ? own.bind(target) : own;
      },
    });

  it("is made where it is missing, for its owner alone, and read from then on", async () => {
    const path = await fresh();
    const made = await openServiceKeyFile(path, { runtime });
    assert.deepEqual(await runtime.readFile(path), made.toSecretKeyFile());
    assert.equal((await runtime.stat(path))?.mode, 0o600);
    assert.deepEqual(await beside(path), ["key"]);
    assert.ok((await openServiceKeyFile(path, { runtime })).equals(made));
    const missing = openServiceKeyFile(`${path}s/key`, { runtime });
    await assert.rejects(missing, PathNotFoundError);
  });

  it("is as Tor writes it, or as the control port has the key", async () => {
    const path = await fresh();
    await runtime.writeFile(path, FILE);
    assert.deepEqual((await openServiceKeyFile(path, { runtime })).toSecretKeyFile(), FILE);
    await runtime.writeFile(path, encodeText(`${BLOB}\n`));
    assert.equal((await openServiceKeyFile(path, { runtime })).toBlob(), BLOB);
  });

  it("is refused where others can read it", async () => {
    for (const mode of [0o640, 0o604, 0o660, 0o601]) {
      const path = await fresh();
      await runtime.writeFile(path, FILE, { mode });
      await assert.rejects(openServiceKeyFile(path, { runtime }), (error) => {
        assert.ok(error instanceof OnionKeyFileError && error.path === path);
        assert.ok(error.message.includes(`others can read it (its mode is ${mode.toString(8)})`));
        return true;
      });
      assert.deepEqual(await runtime.readFile(path), FILE);
    }
  });

  it("is refused where it has no key, and stays as it is", async () => {
    const cases = [new Uint8Array(), FILE.subarray(0, 95), encodeText(BLOB.slice(0, -4))];
    for (const contents of cases) {
      const path = await fresh();
      await runtime.writeFile(path, contents);
      await assert.rejects(openServiceKeyFile(path, { runtime }), (error) => {
        assert.ok(error instanceof OnionKeyFileError && error.path === path);
        assert.ok(!error.message.includes(BLOB.slice(11, 31)));
        return true;
      });
      assert.deepEqual(await runtime.readFile(path), contents);
    }
    const directory = (await fresh()).slice(0, -"/key".length);
    await assert.rejects(openServiceKeyFile(directory, { runtime }), /it is no file/);
  });

  it("is made as a whole or not at all", async () => {
    const path = await fresh();
    const full = new Error("the disk is full");
    const half = withCall({
      writeFile: async (to, data, options) => {
        await runtime.writeFile(to, data.subarray(0, 40), options);
        throw full;
      },
    });
    await assert.rejects(openServiceKeyFile(path, { runtime: half }), full);
    assert.deepEqual(await beside(path), []);
    const stuck = withCall({ rename: () => Promise.reject(full) });
    await assert.rejects(openServiceKeyFile(path, { runtime: stuck }), full);
    assert.deepEqual(await beside(path), []);
    const signal = AbortSignal.abort(full);
    await assert.rejects(openServiceKeyFile(path, { runtime, signal }), full);
    assert.deepEqual(await beside(path), []);
  });

  it("is made by one of two programs only", async () => {
    const path = await fresh();
    await runtime.writeFile(`${path}.new`, FILE.subarray(0, 40));
    await assert.rejects(openServiceKeyFile(path, { runtime }), (error) => {
      assert.ok(error instanceof OnionKeyFileError && error.path === `${path}.new`);
      assert.match(error.message, /if none runs, remove .*key\.new$/);
      return true;
    });
    assert.equal((await runtime.stat(`${path}.new`))?.size, 40);
    // The other one has done it before this one comes to the same.
    await runtime.remove(`${path}.new`);
    const late = withCall({
      writeFile: async (to, data, options) => {
        await runtime.writeFile(path, FILE);
        await runtime.writeFile(to, data, options);
      },
    });
    const key = await openServiceKeyFile(path, { runtime: late });
    assert.deepEqual(key.toSecretKeyFile(), FILE);
    assert.deepEqual(await beside(path), ["key"]);
  });
});
