import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PermissionError } from "../../lib/errors/mod.ts";
import { OnionAddress } from "../../lib/onion/onion_address.ts";
import { OnionClientKey } from "../../lib/onion/onion_client_key.ts";
import { OnionServiceDirectory } from "../../lib/onion/onion_service_directory.ts";
import { OnionServiceKey } from "../../lib/onion/onion_service_key.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Runtime, WriteFileOptions } from "../../lib/runtime/types.ts";
import { encodeText } from "../../lib/codec/text.ts";
import { addedOnions, torFile, torText } from "./_data.ts";

const KEY_FILES = ["hostname", "hs_ed25519_public_key", "hs_ed25519_secret_key"];

describe("OnionServiceDirectory", () => {
  let runtime: Runtime;
  let root: string;
  let count = 0;

  before(async () => {
    runtime = await detectRuntime();
    root = await runtime.makeTempDirectory("torcon-test-");
  });

  after(() => runtime.remove(root, { recursive: true }));

  /** A directory that is not there yet. */
  const fresh = () => new OnionServiceDirectory(`${root}/${count++}/service`, { runtime });

  /** A directory with the files that Tor has written, or others in their place. */
  async function withFiles(files: Record<string, Uint8Array> = {}): Promise<OnionServiceDirectory> {
    const directory = fresh();
    await directory.prepare();
    const all = { ...Object.fromEntries(KEY_FILES.map((name) => [name, torFile(name)])), ...files };
    for (const [name, contents] of Object.entries(all)) {
      await runtime.writeFile(`${directory.path}/${name}`, contents);
    }
    return directory;
  }

  it("reads what Tor wrote", async () => {
    const directory = await withFiles();
    assert.equal(`${await directory.readAddress()}\n`, torText("hostname"));
    const key = await directory.readKey();
    assert.deepEqual(key?.toSecretKeyFile(), torFile("hs_ed25519_secret_key"));
    assert.deepEqual(await directory.readClients(), new Map());
  });

  it("writes the same bytes as Tor, for the owner alone", async () => {
    const directory = fresh();
    await directory.writeKey(
      OnionServiceKey.fromSecretKeyFile(torFile("hs_ed25519_secret_key")),
    );
    assert.deepEqual((await runtime.readDirectory(directory.path)).sort(), KEY_FILES);
    for (const name of KEY_FILES) {
      const path = `${directory.path}/${name}`;
      assert.deepEqual(await runtime.readFile(path), torFile(name));
      assert.equal((await runtime.stat(path))?.mode, 0o600);
    }
    assert.equal((await runtime.stat(directory.path))?.mode, 0o700);
  });

  it("finds nothing in a directory that is missing or empty", async () => {
    const missing = fresh();
    const empty = fresh();
    await empty.prepare();
    for (const directory of [missing, empty]) {
      assert.equal(await directory.readAddress(), undefined);
      assert.equal(await directory.readKey(), undefined);
      assert.equal((await directory.readClients()).size, 0);
      assert.equal(await directory.removeClient("alice"), false);
    }
    assert.equal(await runtime.stat(missing.path), undefined);
  });

  it("adds what is missing to the same key, and leaves the rest as it is", async () => {
    const directory = await withFiles();
    const key = OnionServiceKey.fromSecretKeyFile(torFile("hs_ed25519_secret_key"));
    await runtime.remove(`${directory.path}/hostname`);
    await directory.writeKey(key);
    assert.equal(`${await directory.readAddress()}\n`, torText("hostname"));
    await directory.writeKey(key);
  });

  it("writes no key over another", async () => {
    const directory = await withFiles();
    const other = OnionServiceKey.parse(addedOnions()[0]!.blob);
    await assert.rejects(directory.writeKey(other), (error: Error & { path?: string }) => {
      assert.equal(error.name, "OnionKeyFileError");
      assert.equal(error.path, directory.path);
      const hostname = torText("hostname").trimEnd();
      assert.equal(
        error.message,
        `Cannot write the key of ${other.address} to ${directory.path}: it has that of ${hostname}`,
      );
      return true;
    });
    const path = `${directory.path}/hs_ed25519_secret_key`;
    assert.deepEqual(await runtime.readFile(path), torFile("hs_ed25519_secret_key"));
  });

  it("writes no key beside another service's address", async () => {
    const directory = await withFiles();
    await runtime.remove(`${directory.path}/hs_ed25519_secret_key`);
    const other = OnionServiceKey.parse(addedOnions()[0]!.blob);
    await assert.rejects(directory.writeKey(other), { name: "OnionKeyFileError" });
    assert.equal(await runtime.stat(`${directory.path}/hs_ed25519_secret_key`), undefined);
  });

  /** A directory where something else happens than that `hostname` or a client's file is written. */
  function withFailure(path: string, fail: (path: string) => Promise<void>) {
    const failing = new Proxy(runtime, {
      get(target, name) {
        const value = Reflect.get(target, name, target);
        if (name !== "writeFile") {
          return typeof value === "function" ? value.bind(target) : value;
        }
        return (path: string, data: Uint8Array, options?: WriteFileOptions) =>
          /hostname$|authorized_clients/.test(path)
            ? fail(path)
            : target.writeFile(path, data, options);
      },
    });
    return new OnionServiceDirectory(path, { runtime: failing });
  }

  for (const [name, length] of [["not at all", undefined], ["only in part", 10]] as const) {
    it(`leaves no key behind where a file can be written ${name}`, async () => {
      const { path } = fresh();
      const key = OnionServiceKey.generate();
      const refused = new PermissionError("Cannot write");
      let before: string[] = [];
      const directory = withFailure(path, async (file) => {
        before = await runtime.readDirectory(path);
        const part = encodeText(key.address.hostname).slice(0, length);
        if (length !== undefined) await runtime.writeFile(file, part);
        throw refused;
      });
      await assert.rejects(directory.writeKey(key), refused);
      assert.deepEqual(before.sort(), ["hs_ed25519_public_key", "hs_ed25519_secret_key"]);
      assert.deepEqual(await runtime.readDirectory(path), []);
    });
  }

  it("leaves what another program has written in the meantime", async () => {
    const { path } = fresh();
    const theirs = encodeText(torText("hostname"));
    const directory = withFailure(path, async (file) => {
      await runtime.writeFile(file, theirs);
      await runtime.writeFile(file, new Uint8Array(), { createNew: true });
    });
    await assert.rejects(directory.writeKey(OnionServiceKey.generate()), { name: "TorError" });
    assert.deepEqual(await runtime.readDirectory(path), ["hostname"]);
    assert.deepEqual(await runtime.readFile(`${path}/hostname`), theirs);
  });

  it("stops at an abort, and leaves no key behind", async () => {
    const directory = fresh();
    const reason = new Error("Enough");
    const signal = AbortSignal.abort(reason);
    await assert.rejects(directory.writeKey(OnionServiceKey.generate(), { signal }), reason);
    assert.deepEqual(await runtime.readDirectory(directory.path), []);
    const full = await withFiles();
    await assert.rejects(full.readKey({ signal }), reason);
    await assert.rejects(full.readAddress({ signal }), reason);
  });

  for (const mode of [0o755, 0o750, 0o701, 0o770, 0o704]) {
    it(`refuses a directory of mode ${mode.toString(8)}`, async () => {
      const path = `${root}/${count++}`;
      await runtime.makeDirectory(path, { mode });
      const directory = new OnionServiceDirectory(path, { runtime });
      const key = OnionServiceKey.generate();
      const { publicKey } = OnionClientKey.generate();
      for (
        const use of [
          () => directory.prepare(),
          () => directory.readAddress(),
          () => directory.readKey(),
          () => directory.writeKey(key),
          () => directory.readClients(),
          () => directory.writeClient("alice", publicKey),
        ]
      ) {
        await assert.rejects(use(), {
          name: "OnionKeyFileError",
          path,
          message: `Cannot use the directory ${path}: others can get at it (its mode is ` +
            `${mode.toString(8)}); to close it: chmod 700`,
        });
      }
      assert.deepEqual(await runtime.readDirectory(path), []);
    });
  }

  it("lets the group read where it is told to, and nothing more", async () => {
    for (const [mode, accepted] of [[0o750, true], [0o770, false], [0o755, false]] as const) {
      const path = `${root}/${count++}`;
      await runtime.makeDirectory(path, { mode });
      const directory = new OnionServiceDirectory(path, { runtime, groupReadable: true });
      if (accepted) await directory.prepare();
      else await assert.rejects(directory.prepare(), { name: "OnionKeyFileError" });
    }
  });

  it("refuses a file in place of the directory", async () => {
    const path = `${root}/${count++}`;
    await runtime.writeFile(path, new Uint8Array());
    await assert.rejects(new OnionServiceDirectory(path, { runtime }).prepare(), {
      name: "OnionKeyFileError",
      path,
      message: `Cannot use the directory ${path}: it is no directory`,
    });
  });

  const another = OnionServiceKey.parse(addedOnions()[0]!.blob);
  const damaged: Record<string, [file: string, contents: Uint8Array, why: RegExp]> = {
    "a secret key that is cut off": [
      "hs_ed25519_secret_key",
      torFile("hs_ed25519_secret_key").slice(0, 64),
      /hs_ed25519_secret_key: Cannot read a key file of 64 bytes: expected 96/,
    ],
    "an empty one": ["hs_ed25519_secret_key", new Uint8Array(), /a key file of 0 bytes/],
    "a public key of another": [
      "hs_ed25519_public_key",
      another.toPublicKeyFile(),
      /hs_ed25519_public_key: it is of qvo26\w+\.onion, but the secret key is of /,
    ],
    "an address of another": [
      "hostname",
      encodeText(`${another.address}\n`),
      /hostname: it is of qvo26\w+\.onion, but/,
    ],
    "an address of version 2": [
      "hostname",
      encodeText("expyuzz4wqqyqhjn.onion\n"),
      /hostname: Cannot use "expyuzz4wqqyqhjn\.onion" as an onion address: it is of version 2/,
    ],
    "an address that is binary": ["hostname", Uint8Array.of(255, 0, 1), /as an onion address/],
  };
  for (const [name, [file, contents, why]] of Object.entries(damaged)) {
    it(`refuses ${name}`, async () => {
      const directory = await withFiles({ [file]: contents });
      await assert.rejects(directory.readKey(), (error: Error & { path?: string }) => {
        assert.equal(error.name, "OnionKeyFileError");
        assert.equal(error.path, `${directory.path}/${file}`);
        assert.match(error.message, why);
        return true;
      });
    });
  }

  it("writes, lists and removes clients", async () => {
    const directory = fresh();
    const clients = new Map(
      ["zoë", "alice", "bob.laptop@home-1 x"].map((
        name,
      ) => [name, OnionClientKey.generate().publicKey]),
    );
    for (const [name, key] of clients) await directory.writeClient(name, key);

    const path = `${directory.path}/authorized_clients`;
    assert.equal((await runtime.stat(path))?.mode, 0o700);
    assert.equal((await runtime.stat(`${path}/alice.auth`))?.mode, 0o600);
    assert.equal(
      new TextDecoder().decode(await runtime.readFile(`${path}/alice.auth`)),
      `descriptor:x25519:${clients.get("alice")}\n`,
    );

    await runtime.writeFile(`${path}/README`, encodeText("no client\n"));
    const read = await directory.readClients();
    assert.deepEqual([...read.keys()].sort(), [...clients.keys()].sort());
    for (const [name, key] of clients) assert.equal(`${read.get(name)}`, `${key}`);

    const replacement = OnionClientKey.generate().publicKey;
    await directory.writeClient("alice", replacement);
    assert.equal(await directory.removeClient("zoë"), true);
    assert.equal(await directory.removeClient("zoë"), false);
    const left = await directory.readClients();
    assert.deepEqual([...left.keys()], ["alice", "bob.laptop@home-1 x"]);
    assert.equal(`${left.get("alice")}`, `${replacement}`);
  });

  it("leaves a client's file as it was where another cannot be written whole", async () => {
    const { path } = fresh();
    const clients = `${path}/authorized_clients`;
    const { publicKey } = OnionClientKey.generate();
    await new OnionServiceDirectory(path, { runtime }).writeClient("alice", publicKey);
    const refused = new Error("The disk is full");
    const unfinished: string[] = [];
    const directory = withFailure(path, async (file) => {
      await runtime.writeFile(file, encodeText("descriptor:x255"));
      unfinished.push(...await runtime.readDirectory(clients));
      throw refused;
    });
    const another = OnionClientKey.generate().publicKey;
    for (const name of ["alice", "bob"]) {
      await assert.rejects(directory.writeClient(name, another), refused);
    }
    // What is not whole had no name that Tor reads.
    assert.equal(unfinished.length, 4);
    assert.deepEqual(unfinished.filter((name) => name.endsWith(".auth")), [
      "alice.auth",
      "alice.auth",
    ]);
    assert.deepEqual(await runtime.readDirectory(clients), ["alice.auth"]);
    assert.equal(`${(await directory.readClients()).get("alice")}`, `${publicKey}`);
  });

  it("refuses a client's file that Tor would not understand", async () => {
    const directory = fresh();
    await directory.writeClient("alice", OnionClientKey.generate().publicKey);
    const path = `${directory.path}/authorized_clients/bob.auth`;
    const { address, key } = OnionClientKey.parseAuthPrivate(torText("client.auth_private"));
    for (const text of ["", "descriptor:x25519:AAAA\n", key.toAuthPrivate(address)]) {
      await runtime.writeFile(path, encodeText(text));
      await assert.rejects(directory.readClients(), (error: Error & { path?: string }) => {
        assert.equal(error.name, "OnionKeyFileError");
        assert.equal(error.path, path);
        assert.ok(!`${error.stack}${error.cause}`.includes("rcow3dfavmyanyqvhw"));
        return true;
      });
    }
  });

  it("refuses names that would be another file", async () => {
    const directory = fresh();
    const { publicKey } = OnionClientKey.generate();
    for (
      const name of [
        "",
        ".",
        "..",
        ".hidden",
        "a/b",
        "../a",
        "a\\b",
        "a\0",
        "a\nb",
        "a:b",
        " a",
        "-a",
      ]
    ) {
      const expected = { name: "TypeError", message: /^Cannot use ".*" as a client's name/ };
      await assert.rejects(directory.writeClient(name, publicKey), expected, name);
      await assert.rejects(directory.removeClient(name), expected, name);
    }
    await assert.rejects(directory.writeClient("a".repeat(101), publicKey), TypeError);
    assert.equal(await runtime.stat(directory.path), undefined);
  });

  it("gives an address that can be compared", async () => {
    const directory = await withFiles();
    const address = await directory.readAddress();
    assert.ok(address?.equals(OnionAddress.parse(torText("hostname").trimEnd())));
  });
});
