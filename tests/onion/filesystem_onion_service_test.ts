import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { OnionServiceDirectory } from "../../lib/onion/onion_service_directory.ts";
import { OnionServiceKey } from "../../lib/onion/onion_service_key.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Runtime } from "../../lib/runtime/types.ts";
import { hsDesc, ScriptedTor } from "./_publishing.ts";

const KEY = OnionServiceKey.generate();
const KEY_FILES = ["hostname", "hs_ed25519_public_key", "hs_ed25519_secret_key"];
const OPTIONS = { ports: 80, clients: { alice: "generate" } };

describe("a filesystem onion service that is being published", () => {
  let runtime: Runtime;
  let path: string;
  let lines: string[];

  before(async () => {
    runtime = await detectRuntime();
    path = await runtime.makeTempDirectory("torcon-test-");
    // A scripted Tor makes no keys.
    await new OnionServiceDirectory(path, { runtime }).writeKey(KEY);
    lines = [`250-HiddenServiceDir=${path}`, "250 HiddenServicePort=80 127.0.0.1:80"];
  });
  after(() => runtime.remove(path, { recursive: true }));

  /** Expects the service to be added to a configuration without any. */
  function expectAdded(scripted: ScriptedTor): ReturnType<typeof scripted.port.expect> {
    const { port } = scripted;
    for (const key of ["current", "detached"]) {
      port.always(`GETINFO onions/${key}`).reply(`250-onions/${key}=`, "250 OK");
    }
    port.expect("GETCONF HiddenServiceOptions").reply("250 HiddenServiceOptions");
    return port.expect(
      `SETCONF HiddenServiceDir="${path}" HiddenServicePort="80 127.0.0.1:80"`,
    );
  }

  /** Expects it to be taken out. */
  function expectTakenOut({ port }: ScriptedTor): void {
    port.expect("GETCONF HiddenServiceOptions").reply(...lines);
    port.expect("SETCONF HiddenServiceDir").reply("250 OK");
  }

  it("is taken out where every directory fails", async () => {
    await using scripted = await ScriptedTor.start();
    expectAdded(scripted).reply(
      "250 OK",
      hsDesc("CREATED", KEY.address, { descriptor: "a" }),
      hsDesc("UPLOAD", KEY.address, { directory: 0, descriptor: "a" }),
      hsDesc("FAILED", KEY.address, { directory: 0, reason: "UPLOAD_REJECTED" }),
    );
    expectTakenOut(scripted);
    await assert.rejects(scripted.tor.createFilesystemOnionService(path, OPTIONS), {
      name: "OnionPublishError",
    });
    assert.deepEqual((await runtime.readDirectory(path)).sort(), KEY_FILES);
  });

  it("is taken out with the signal, though Tor had not answered yet", async () => {
    await using scripted = await ScriptedTor.start();
    const controller = new AbortController();
    expectAdded(scripted).replyWith(() => {
      controller.abort(new Error("enough"));
      return "250 OK";
    });
    expectTakenOut(scripted);
    const options = { ...OPTIONS, signal: controller.signal };
    await assert.rejects(scripted.tor.createFilesystemOnionService(path, options), /enough/);
    assert.deepEqual((await runtime.readDirectory(path)).sort(), KEY_FILES);
  });

  it("leaves nothing on disk where the connection is lost, and nothing in Tor if it is restored", async () => {
    for (const reconnect of [false, true]) {
      await using scripted = await ScriptedTor.start({ reconnect });
      expectAdded(scripted).reply("250 OK").close();
      if (reconnect) expectTakenOut(scripted);
      const creating = scripted.tor.createFilesystemOnionService(path, OPTIONS);
      await assert.rejects(creating, { name: "DisconnectedError" });
      assert.deepEqual((await runtime.readDirectory(path)).sort(), KEY_FILES);
      assert.equal(
        scripted.commands.filter((name) => name === "SETCONF").length,
        reconnect ? 2 : 1,
      );
    }
  });

  it("is taken out when it is disposed", async () => {
    await using scripted = await ScriptedTor.start();
    expectAdded(scripted).reply(
      "250 OK",
      hsDesc("UPLOAD", KEY.address, { directory: 0, descriptor: "a" }),
      hsDesc("UPLOADED", KEY.address, { directory: 0 }),
    );
    const service = await scripted.tor.createFilesystemOnionService(path, OPTIONS);
    assert.equal(service.hostname, KEY.address.hostname);
    assert.ok(service.privateKey?.equals(KEY));
    expectTakenOut(scripted);
    await service[Symbol.asyncDispose]();
    assert.equal(service.isRemoved, true);
    const { directory } = service;
    assert.equal(await directory.removeClient("alice"), true);
  });
});
