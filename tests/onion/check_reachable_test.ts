import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  OnionClientAuthMissingError,
  OnionIntroductionFailedError,
  socksReplyError,
  TimeoutError,
} from "../../lib/errors/mod.ts";
import { checkReachable, type OnionDialer } from "../../lib/onion/check_reachable.ts";
import { OnionClientKey } from "../../lib/onion/onion_client_key.ts";
import { OnionServiceKey } from "../../lib/onion/onion_service_key.ts";
import type { Conn } from "../../lib/runtime/types.ts";
import { DIRECTORIES, hsDesc, ScriptedTor } from "./_publishing.ts";

const { address } = OnionServiceKey.generate();
const RECEIVED = hsDesc("RECEIVED", address, { directory: 1, descriptor: "a" });
const MISSING = hsDesc("FAILED", address, { directory: 0, descriptor: "a", reason: "NOT_FOUND" });

/** A dialer that fails some times, notes where to, and then connects. */
function dialer(
  ...failures: Error[]
): { dial: OnionDialer; dialled: string[]; closed: () => number } {
  const dialled: string[] = [];
  let closed = 0;
  const close = () => {
    closed++;
    return Promise.resolve();
  };
  const dial: OnionDialer = ({ hostname, port }) => {
    dialled.push(`${hostname}:${port}`);
    const failure = failures.shift();
    return failure === undefined
      ? Promise.resolve({ close } as unknown as Conn)
      : Promise.reject(failure);
  };
  return { dial, dialled, closed: () => closed };
}

const refused = (code: number) =>
  socksReplyError({ code, command: "CONNECT", host: address.hostname, port: 80 });

describe("checkReachable", () => {
  it("fetches the descriptor, connects, and closes the connection", async () => {
    await using scripted = await ScriptedTor.start();
    const { control } = scripted.tor;
    const other = OnionServiceKey.generate().address;
    scripted.port.expect(`HSFETCH ${address.serviceId}`).reply(
      "250 OK",
      hsDesc("RECEIVED", other, { directory: 0, descriptor: "a" }),
      hsDesc("FAILED", address, { directory: 0, reason: "UPLOAD_REJECTED" }),
      RECEIVED,
    );
    const { dial, dialled, closed } = dialer();
    const found = await checkReachable({ control, dialer: dial }, { address, port: 81 });
    assert.equal(found.directory, DIRECTORIES[1]);
    assert.ok(found.elapsed >= 0);
    assert.deepEqual([dialled, closed()], [[`${address.hostname}:81`], 1]);
  });

  it("asks another directory, and connects again, where that may go well", async () => {
    await using scripted = await ScriptedTor.start();
    const { control } = scripted.tor;
    scripted.port.expect(/^HSFETCH/).reply("250 OK", MISSING);
    scripted.port.expect(/^HSFETCH/).reply("250 OK", RECEIVED);
    // Tor asks no directory twice so soon: the descriptor that it has must do.
    const none = hsDesc("FAILED", address, { descriptor: "a", reason: "QUERY_NO_HSDIR" });
    scripted.port.expect(/^HSFETCH/).reply("250 OK", none);
    const { dial, dialled } = dialer(refused(0xf2));
    const found = await checkReachable({ control, dialer: dial }, { address, port: 80 });
    assert.equal(found.directory, DIRECTORIES[1]);
    assert.equal(dialled.length, 2);
  });

  it("fails at once with what will not pass", async () => {
    await using scripted = await ScriptedTor.start();
    const { control } = scripted.tor;
    scripted.port.expect(/^HSFETCH/).reply("250 OK", RECEIVED);
    const context = { control, dialer: dialer(refused(0xf4)).dial };
    const checking = checkReachable(context, { address, port: 80 });
    await assert.rejects(checking, OnionClientAuthMissingError);
    scripted.port.expect(/^HSFETCH/).reply("513 Invalid argument");
    await assert.rejects(checkReachable(context, { address, port: 80 }), { code: 513 });
  });

  it("tells what failed last when the time is over, and gives up with the signal", async () => {
    await using scripted = await ScriptedTor.start();
    const { control } = scripted.tor;
    const cases: [string, Error[], RegExp][] = [
      [MISSING, [], /answered NOT_FOUND/],
      [RECEIVED, [refused(0xf2)], /introduction failed/],
    ];
    for (const [event, failures, why] of cases) {
      scripted.port.expect(/^HSFETCH/).reply("250 OK", event);
      const context = { control, dialer: dialer(...failures).dial };
      const checking = checkReachable(context, { address, port: 80, timeout: 800 });
      await assert.rejects(checking, (error) => {
        assert.ok(error instanceof TimeoutError && error.cause instanceof Error);
        assert.match(error.cause.message, why);
        return true;
      });
    }
    assert.ok(refused(0xf2) instanceof OnionIntroductionFailedError);
    const controller = new AbortController();
    scripted.port.expect(/^HSFETCH/).replyWith(() => {
      controller.abort(new Error("enough"));
      return "250 OK";
    });
    const { signal } = controller;
    const context = { control, dialer: dialer().dial };
    await assert.rejects(checkReachable(context, { address, port: 80, signal }), /enough/);
  });

  it("fails where the connection is lost", async () => {
    await using scripted = await ScriptedTor.start();
    const { control } = scripted.tor;
    scripted.port.expect(/^HSFETCH/).reply("250 OK").close();
    const context = { control, dialer: dialer().dial };
    const checking = checkReachable(context, { address, port: 80 });
    await assert.rejects(checking, { name: "DisconnectedError" });
  });

  it("lends Tor a client's key, unless it has one", async () => {
    const clientKey = OnionClientKey.generate();
    for (const known of [false, true]) {
      await using scripted = await ScriptedTor.start();
      const { control } = scripted.tor;
      const { serviceId } = address;
      const line = `250-CLIENT ${serviceId} ${OnionClientKey.generate().toControl()}`;
      scripted.port.always(`ONION_CLIENT_AUTH_VIEW ${serviceId}`)
        .reply("250-ONION_CLIENT_AUTH_VIEW", ...(known ? [line] : []), "250 OK");
      if (!known) {
        scripted.port.expect(`ONION_CLIENT_AUTH_ADD ${serviceId} ${clientKey.toControl()}`)
          .reply("250 OK");
      }
      scripted.port.expect(/^HSFETCH/).reply("250 OK", RECEIVED);
      if (!known) scripted.port.expect(`ONION_CLIENT_AUTH_REMOVE ${serviceId}`).reply("250 OK");
      const context = { control, dialer: dialer().dial };
      await checkReachable(context, { address, port: 80, clientKey });
      scripted.port.assertDone();
    }
  });
});
