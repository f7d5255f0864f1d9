import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OnionPublishError, TimeoutError } from "../../lib/errors/mod.ts";
import { OnionServiceKey } from "../../lib/onion/onion_service_key.ts";
import type { OnionProgress } from "../../lib/onion/publication.ts";
import { DIRECTORIES, hsDesc, ScriptedTor, settled } from "./_publishing.ts";

const KEY = OnionServiceKey.generate();
const OTHER = OnionServiceKey.generate();
const { address } = KEY;

/** The events of uploads to directories: UPLOAD, and then how each ended, in order. */
function uploads(ends: readonly ("UPLOADED" | "FAILED" | undefined)[], descriptor = "a"): string[] {
  return [
    ...ends.map((_, directory) => hsDesc("UPLOAD", address, { directory, descriptor })),
    ...ends.flatMap((end, directory) => {
      if (end === undefined) return [];
      const reason = end === "FAILED" ? { reason: "UPLOAD_REJECTED" } : {};
      return [hsDesc(end, address, { directory, ...reason })];
    }),
  ];
}

describe("the publication of an onion service", () => {
  it("is over with the first upload, whatever fails before and after", async () => {
    for (const ends of [["FAILED", "UPLOADED"], ["UPLOADED", "FAILED"]] as const) {
      await using scripted = await ScriptedTor.start();
      scripted.expectAdded(KEY, ...uploads(ends));
      const service = await scripted.tor.createOnionService({ ports: 80, privateKey: KEY });
      assert.equal(service.hostname, address.hostname);
      scripted.expectRemoved(KEY);
      await service.remove();
    }
  });

  it("is over with the last answer where all are awaited, a failure among them", async () => {
    for (const ends of [["FAILED", "UPLOADED"], ["UPLOADED", "FAILED"]] as const) {
      await using scripted = await ScriptedTor.start();
      const [first, second, third, fourth] = uploads(ends) as [string, string, string, string];
      scripted.expectAdded(KEY);
      const options = { ports: 80, privateKey: KEY, awaitUploads: "all" } as const;
      const creating = scripted.tor.createOnionService(options);
      const state = settled(creating);
      await scripted.port.waitFor(/^ADD_ONION/);
      await scripted.send(first, second, third);
      assert.equal(state.isOver, false);
      await scripted.send(fourth);
      assert.equal(state.isOver, true);
      assert.equal((await creating).hostname, address.hostname);
    }
  });

  it("waits for both descriptors where all are awaited", async () => {
    await using scripted = await ScriptedTor.start();
    scripted.expectAdded(
      KEY,
      hsDesc("CREATED", address, { descriptor: "a" }),
      hsDesc("CREATED", address, { descriptor: "b" }),
    );
    const options = { ports: 80, privateKey: KEY, awaitUploads: "all" } as const;
    const state = settled(scripted.tor.createOnionService(options));
    await scripted.port.waitFor(/^ADD_ONION/);
    await scripted.send(...uploads(["UPLOADED", "UPLOADED"]));
    assert.equal(state.isOver, false);
    // Sent again before it has ended, it takes the place of the one before.
    await scripted.send(...uploads([undefined], "b"), ...uploads(["UPLOADED"], "b"));
    assert.equal(state.isOver, true);
  });

  it("counts only what is of the service, and no fetch", async () => {
    await using scripted = await ScriptedTor.start();
    scripted.expectAdded(
      KEY,
      hsDesc("UPLOAD", OTHER.address, { directory: 0, descriptor: "a" }),
      hsDesc("UPLOADED", OTHER.address, { directory: 0 }),
      hsDesc("UPLOADED", address, { directory: 1 }), // of an earlier service of the key
      hsDesc("UPLOAD", address, { directory: 0, descriptor: "a" }),
      hsDesc("FAILED", address, { directory: 0, descriptor: "a", reason: "NOT_FOUND" }),
      hsDesc("FAILED", address, { directory: 0, descriptor: "a", reason: "UNEXPECTED" }),
      hsDesc("RECEIVED", address, { directory: 0, descriptor: "a" }),
    );
    const creating = scripted.tor.createOnionService({ ports: 80, privateKey: KEY });
    const state = settled(creating);
    await scripted.port.waitFor(/^ADD_ONION/);
    await scripted.send();
    assert.equal(state.isOver, false);
    await scripted.send(hsDesc("UPLOADED", address, { directory: 0 }));
    await creating;
  });

  it("tells two services apart that use one directory at once", async () => {
    await using scripted = await ScriptedTor.start();
    const { tor } = scripted;
    scripted.expectAdded(KEY);
    scripted.expectAdded(OTHER);
    const one = tor.createOnionService({ ports: 80, privateKey: KEY });
    const two = tor.createOnionService({ ports: 80, privateKey: OTHER });
    const [first, second] = [settled(one), settled(two)];
    await scripted.port.waitFor(/^ADD_ONION/);
    const upload = { directory: 0, descriptor: "a" };
    await scripted.send(hsDesc("UPLOAD", address, upload), hsDesc("UPLOAD", OTHER.address, upload));
    await scripted.send(hsDesc("UPLOADED", OTHER.address, { directory: 0 }));
    assert.deepEqual([first.isOver, second.isOver], [false, true]);
    scripted.expectRemoved(KEY);
    await scripted.send(hsDesc("FAILED", address, { directory: 0, reason: "UPLOAD_REJECTED" }));
    await assert.rejects(one, OnionPublishError);
    assert.equal((await two).hostname, OTHER.address.hostname);
  });

  it("counts what comes before the reply that tells the address", async () => {
    await using scripted = await ScriptedTor.start();
    scripted.port.expect(/^ADD_ONION/).reply(
      ...uploads(["UPLOADED"]),
      `250-ServiceID=${address.serviceId}`,
      "250 OK",
    );
    const service = await scripted.tor.createOnionService({ ports: 80, discardKey: true });
    assert.equal(service.hostname, address.hostname);
  });

  it("fails where every directory does, and takes the service back", async () => {
    for (const awaitUploads of ["first", "all"] as const) {
      await using scripted = await ScriptedTor.start();
      scripted.expectAdded(
        KEY,
        hsDesc("CREATED", address, { descriptor: "a" }),
        ...uploads(["FAILED"]),
      );
      scripted.expectRemoved(KEY);
      const options = { ports: 80, privateKey: KEY, awaitUploads };
      await assert.rejects(scripted.tor.createOnionService(options), (error) => {
        assert.ok(error instanceof OnionPublishError);
        assert.deepEqual(error.failures, [
          { directory: DIRECTORIES[0], reason: "UPLOAD_REJECTED" },
        ]);
        assert.match(
          error.message,
          /^Cannot publish \w{56}\.onion: every .*: \$A+ UPLOAD_REJECTED$/,
        );
        return true;
      });
    }
  });

  it("fails where nothing happens in time, and takes the service back", async () => {
    await using scripted = await ScriptedTor.start();
    scripted.expectAdded(KEY, hsDesc("CREATED", address, { descriptor: "a" }));
    scripted.expectRemoved(KEY);
    const creating = scripted.tor.createOnionService({ ports: 80, privateKey: KEY, timeout: 50 });
    await assert.rejects(creating, (error) => {
      assert.ok(error instanceof OnionPublishError && error.cause instanceof TimeoutError);
      return true;
    });
  });

  it("takes silence for a failure when the time is over", async () => {
    await using scripted = await ScriptedTor.start();
    scripted.expectAdded(KEY, ...uploads(["UPLOADED", undefined]));
    const progress: OnionProgress[] = [];
    await scripted.tor.createOnionService({
      ports: 80,
      privateKey: KEY,
      awaitUploads: "all",
      timeout: 1000,
      onProgress: (step) => progress.push(step),
    });
    assert.equal(progress.at(-1)?.summary, "Published at 1 of 2 directories");
  });

  it("waits for nothing where it is told so", async () => {
    await using scripted = await ScriptedTor.start();
    scripted.expectAdded(KEY);
    const percents: number[] = [];
    await scripted.tor.createOnionService({
      ports: 80,
      privateKey: KEY,
      awaitUploads: "none",
      onProgress: ({ percent }) => percents.push(percent),
    });
    assert.deepEqual(percents, [0, 10, 100]);
    assert.ok(scripted.port.received.every(({ args }) => !args.includes("HS_DESC")));
  });

  it("tells its progress, which never goes back", async () => {
    await using scripted = await ScriptedTor.start();
    const created = (descriptor: string) => hsDesc("CREATED", address, { descriptor });
    scripted.expectAdded(
      KEY,
      created("a"),
      ...uploads(["UPLOADED", "FAILED"]),
      ...uploads(["UPLOADED", "UPLOADED", "UPLOADED"], "b"),
    );
    const progress: OnionProgress[] = [];
    const errors: unknown[] = [];
    await scripted.tor.createOnionService({
      ports: 80,
      privateKey: KEY,
      onProgress: (step) => {
        progress.push(step);
        throw new Error("of the listener");
      },
      onError: (error) => errors.push(error),
    });
    const percents = progress.map(({ percent }) => percent);
    assert.deepEqual(percents, [...percents].sort((a, b) => a - b));
    assert.deepEqual([percents[0], percents.at(-1)], [0, 100]);
    assert.equal(percents.filter((percent) => percent === 100).length, 1);
    assert.deepEqual(progress.at(-1), {
      percent: 100,
      summary: "Published at 1 of 2 directories",
      announced: 2,
      uploaded: 1,
      failed: 0,
    });
    assert.equal(errors.length, progress.length);
  });

  it("fails where the connection is lost, for good or for a while", async () => {
    for (const reconnect of [false, true]) {
      await using scripted = await ScriptedTor.start({ reconnect });
      scripted.port.expect(/^ADD_ONION/)
        .reply(`250-ServiceID=${address.serviceId}`, "250 OK").close();
      const creating = scripted.tor.createOnionService({ ports: 80, privateKey: KEY });
      await assert.rejects(creating, { name: "DisconnectedError" });
    }
  });

  it("takes back a detached service when a lost connection is restored", async () => {
    await using scripted = await ScriptedTor.start({ reconnect: true });
    scripted.port.expect(/^ADD_ONION \S+ Flags=Detach /)
      .reply(`250-ServiceID=${address.serviceId}`, "250 OK").close();
    scripted.expectRemoved(KEY);
    const options = { ports: 80, privateKey: KEY, detach: true };
    const creating = scripted.tor.createOnionService(options);
    await assert.rejects(creating, { name: "DisconnectedError" });
    assert.deepEqual(scripted.commands, ["ADD_ONION", "DEL_ONION"]);
  });

  it("is given up with the signal, and the service taken back", async () => {
    const reason = new Error("enough");
    const gaveUp = (error: unknown) => error === reason;
    await using scripted = await ScriptedTor.start();
    const early = AbortSignal.abort(reason);
    const options = { ports: 80, privateKey: KEY };
    await assert.rejects(scripted.tor.createOnionService({ ...options, signal: early }), gaveUp);
    assert.deepEqual(scripted.commands, []);

    const late = new AbortController();
    scripted.expectAdded(KEY, hsDesc("CREATED", address, { descriptor: "a" }));
    scripted.expectRemoved(KEY);
    const creating = scripted.tor.createOnionService({
      ...options,
      signal: late.signal,
      onProgress: ({ percent }) => percent === 20 && late.abort(reason),
    });
    await assert.rejects(creating, gaveUp);
    assert.deepEqual(scripted.commands, ["ADD_ONION", "DEL_ONION"]);
  });

  it("is given up before Tor has answered, and the service taken back when it has", async () => {
    const reason = new Error("enough");
    await using scripted = await ScriptedTor.start();
    const controller = new AbortController();
    scripted.port.expect(/^ADD_ONION/).replyWith(() => {
      controller.abort(reason);
      return [`250-ServiceID=${address.serviceId}`, "250 OK"];
    });
    scripted.expectRemoved(KEY);
    const { signal } = controller;
    const creating = scripted.tor.createOnionService({ ports: 80, privateKey: KEY, signal });
    await assert.rejects(creating, (error) => error === reason);
    assert.deepEqual(scripted.commands, ["ADD_ONION", "DEL_ONION"]);
  });

  it("is not begun with options that make no sense", async () => {
    await using scripted = await ScriptedTor.start();
    const { tor } = scripted;
    const ports = 80;
    await assert.rejects(
      tor.createOnionService({ ports, awaitUploads: "some" as "all" }),
      { name: "TypeError", message: /awaitUploads/ },
    );
    for (const timeout of [0, -1, NaN, 2 ** 31]) {
      await assert.rejects(tor.createOnionService({ ports, timeout }), RangeError);
    }
    assert.deepEqual(scripted.commands, []);
  });
});
