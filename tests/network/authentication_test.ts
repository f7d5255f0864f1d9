import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import type { AuthenticationMethod } from "../../lib/control/auth/authenticate.ts";
import { ControlConnection } from "../../lib/control/connection.ts";
import type { ControlConnectionOptions } from "../../lib/control/connection_options.ts";
import { AuthenticationError } from "../../lib/errors/mod.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { type LoneTor, startLoneTor } from "../../lib/testing/lone_tor.ts";

const runtime = await detectRuntime();

/** Every control port of a tor: by TCP, and by Unix socket where there is one. */
function ports(tor: LoneTor): string[] {
  return [tor.controlPort, tor.controlSocket].filter((address) => address !== undefined);
}

async function methodOf(options: Partial<ControlConnectionOptions>): Promise<string> {
  await using control = await ControlConnection.connect({ runtime, ...options });
  const { methods } = await control.protocolInfo();
  assert.match(control.torVersion ?? "", /^0\.4\./);
  assert.equal(await control.getInfo("version"), control.torVersion);
  return methods.join(",");
}

describe("authentication to a real tor", () => {
  let tor: LoneTor;
  before(async () => void (tor = await startLoneTor()));
  after(() => tor[Symbol.asyncDispose]());

  for (const method of ["SAFECOOKIE", "COOKIE", "HASHEDPASSWORD"] as AuthenticationMethod[]) {
    it(`works by ${method}, over TCP and a Unix socket`, async () => {
      for (const control of ports(tor)) {
        const { password } = tor;
        const offered = await methodOf({ control, password, authentication: [method] });
        assert.equal(offered, "COOKIE,SAFECOOKIE,HASHEDPASSWORD");
      }
    });
  }

  it("works by whatever is best, without being told", async () => {
    for (const control of ports(tor)) await methodOf({ control });
  });

  it("works by NULL", async () => {
    await using open = await startLoneTor({ authentication: [] });
    for (const control of ports(open)) assert.equal(await methodOf({ control }), "NULL");
  });

  it("tells a wrong password, and keeps it to itself", async () => {
    const options = { control: tor.control, runtime, password: "hunter2" };
    const failed = ControlConnection.connect({ ...options, authentication: ["HASHEDPASSWORD"] });
    await assert.rejects(failed, (error) => {
      assert.ok(error instanceof AuthenticationError);
      assert.match(error.message, /HASHEDPASSWORD: Tor refused AUTHENTICATE \[secret\]: 515 /);
      assert.doesNotMatch(`${error.stack} ${String(error.cause)}`, /hunter2|68756E74657232/i);
      return true;
    });
  });

  it("goes on with the password, on a fresh connection, where the cookie is wrong", async () => {
    await using other = await startLoneTor();
    const { password } = other;
    // Tor listens before it writes its cookie, and answers after that.
    await methodOf({ control: other.control });
    writeFileSync(`${other.dataDirectory}/control_auth_cookie`, new Uint8Array(32));
    const failed = ControlConnection.connect({ control: other.control, runtime, password });
    await assert.rejects(failed, /SAFECOOKIE: The server's hash is wrong/);
    const authentication: AuthenticationMethod[] = ["COOKIE", "HASHEDPASSWORD"];
    await methodOf({ control: other.control, password, authentication });
  });

  it("never sends a cookie of the wrong size", async () => {
    await using other = await startLoneTor({ authentication: ["COOKIE"] });
    await methodOf({ control: other.control });
    writeFileSync(`${other.dataDirectory}/control_auth_cookie`, new Uint8Array(31));
    const failed = ControlConnection.connect({ control: other.control, runtime });
    await assert.rejects(failed, /expected 32 bytes, found 31 bytes/);
  });

  it("tells that a Tor was killed while commands waited", async () => {
    await using other = await startLoneTor();
    await using control = await ControlConnection.connect({ control: other.control, runtime });
    other.kill("SIGSTOP" as "SIGKILL"); // it accepts, and answers nothing any more
    const waiting = assert.rejects(control.getInfo("config/names"), {
      name: "DisconnectedError",
      message: /^Cannot get the reply to GETINFO config\/names: /,
    });
    other.kill("SIGKILL");
    await waiting;
    await assert.rejects(control.closed, { name: "DisconnectedError" });
  });

  it("ends a tor that is owned with the connection that owns it, and no other", async () => {
    await using other = await startLoneTor();
    const owner = await ControlConnection.connect({ control: other.control, runtime });
    await owner.takeOwnership();
    await owner.dropOwnership();
    await owner.close();
    await using second = await ControlConnection.connect({ control: other.control, runtime });
    await second.takeOwnership();
    await second.close();
    assert.equal((await other.ended).code, 0);
  });

  it("gives up a tor that accepts and says nothing", async () => {
    await using other = await startLoneTor();
    other.kill("SIGSTOP" as "SIGKILL");
    const failed = ControlConnection.connect({ control: other.control, runtime, timeout: 100 });
    await assert.rejects(failed, {
      name: "TimeoutError",
      message: /accepted the connection but did not answer within 100 ms/,
    });
  });
});
