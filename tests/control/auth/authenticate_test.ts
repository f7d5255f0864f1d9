import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ControlConnection } from "../../../lib/control/connection.ts";
import type { ControlConnectionOptions } from "../../../lib/control/connection_options.ts";
import { AuthenticationError } from "../../../lib/errors/mod.ts";
import { detectRuntime } from "../../../lib/runtime/mod.ts";
import { ScriptedControlPort } from "../../../lib/testing/mod.ts";
import { encodeHex } from "../../../lib/util/hex.ts";

const runtime = await detectRuntime();

function connect(
  port: ScriptedControlPort,
  options: Partial<ControlConnectionOptions> = {},
): Promise<ControlConnection> {
  return ControlConnection.connect({ control: port.address, runtime, ...options });
}

/** The words that reached the port, but for the question that ends every connecting. */
function asked(port: ScriptedControlPort): string[] {
  return port.received.map(({ line }) => line.replace(/[0-9A-F]{64}$/, "<64 hex>"))
    .filter((line) => !line.startsWith("GETINFO"));
}

async function failure(promise: Promise<unknown>): Promise<AuthenticationError> {
  const error = await promise.then(() => assert.fail("authenticated"), (error) => error);
  assert.ok(error instanceof AuthenticationError, String(error));
  return error;
}

describe("authentication", () => {
  it("is by SAFECOOKIE where it is on offer, and never shows the cookie", async () => {
    const methods = ["NULL", "HASHEDPASSWORD", "COOKIE", "SAFECOOKIE"] as const;
    await using port = await ScriptedControlPort.start({ authentication: { methods } });
    await using _control = await connect(port, { password: "password" });
    assert.deepEqual(asked(port), [
      "PROTOCOLINFO 1",
      "AUTHCHALLENGE SAFECOOKIE <64 hex>",
      "AUTHENTICATE <64 hex>",
    ]);
    assert.ok(!port.received.some(({ line }) => line.includes(encodeHex(port.cookie))));
  });

  it("is by COOKIE where Tor has no SAFECOOKIE", async () => {
    await using port = await ScriptedControlPort.start({ authentication: { methods: ["COOKIE"] } });
    await using _control = await connect(port);
    assert.equal(port.received[1]?.line, `AUTHENTICATE ${encodeHex(port.cookie)}`);
  });

  it("is by COOKIE beside SAFECOOKIE only where the caller says so", async () => {
    const methods = ["COOKIE", "SAFECOOKIE"] as const;
    await using port = await ScriptedControlPort.start({ authentication: { methods } });
    await using _control = await connect(port, { authentication: ["COOKIE"] });
    assert.deepEqual(asked(port), ["PROTOCOLINFO 1", "AUTHENTICATE <64 hex>"]);
  });

  it("is by password, given or asked for once", async () => {
    const authentication = { methods: ["HASHEDPASSWORD"], password: 'pä"ss\n' } as const;
    let times = 0;
    const ask = () => {
      times++;
      return Promise.resolve('pä"ss\n');
    };
    for (const password of ['pä"ss\n', ask]) {
      await using port = await ScriptedControlPort.start({ authentication });
      await using _control = await connect(port, { password });
    }
    assert.equal(times, 1);
  });

  it("is by NULL where nothing else can be", async () => {
    await using port = await ScriptedControlPort.start({
      authentication: { methods: ["NULL", "HASHEDPASSWORD"] },
    });
    await using _control = await connect(port);
    assert.deepEqual(asked(port), ["PROTOCOLINFO 1", "AUTHENTICATE"]);
  });

  it("does not ask for a password that is not needed", async () => {
    await using port = await ScriptedControlPort.start();
    const password = () => assert.fail("asked");
    await using _control = await connect(port, { password });
  });

  it("goes on with the next method, on a fresh connection, after a refusal", async () => {
    await using port = await ScriptedControlPort.start({
      authentication: { methods: ["HASHEDPASSWORD", "NULL"], refuse: true },
    });
    const first = port.waitFor("AUTHENTICATE 78");
    const wait = connect(port, { password: "x" });
    await first;
    const error = await failure(wait);
    assert.deepEqual(error.attempts.map(({ method }) => method), ["HASHEDPASSWORD", "NULL"]);
    assert.deepEqual(asked(port), ["PROTOCOLINFO 1", "AUTHENTICATE 78", "AUTHENTICATE"]);
    assert.match(
      error.message,
      /^Cannot authenticate to Tor: it offers HASHEDPASSWORD, NULL; HASHEDPASSWORD: .*515.*; NULL: .*515/,
    );
    assert.doesNotMatch(error.message, /78/);
  });

  it("gets in by the second method where the first is refused", async () => {
    await using port = await ScriptedControlPort.start({
      authentication: { methods: ["HASHEDPASSWORD", "NULL"] },
    });
    port.expect("AUTHENTICATE 78").reply("515 Authentication failed").close();
    await using control = await connect(port, { password: "x" });
    assert.ok(control.connected);
    assert.deepEqual(asked(port), ["PROTOCOLINFO 1", "AUTHENTICATE 78", "AUTHENTICATE"]);
  });

  it("tells a server that does not know the cookie, and tells it nothing more", async () => {
    await using port = await ScriptedControlPort.start({
      authentication: {
        methods: ["SAFECOOKIE", "COOKIE", "HASHEDPASSWORD"],
        wrongServerHash: true,
      },
    });
    const error = await failure(connect(port, { password: "hunter2" }));
    assert.match(error.message, /SAFECOOKIE: The server's hash is wrong/);
    assert.deepEqual(asked(port), ["PROTOCOLINFO 1", "AUTHCHALLENGE SAFECOOKIE <64 hex>"]);
  });

  it("tells an answer to AUTHCHALLENGE that makes no sense", async () => {
    await using port = await ScriptedControlPort.start({
      authentication: { methods: ["SAFECOOKIE"] },
    });
    port.expect(/^AUTHCHALLENGE/).reply("250 AUTHCHALLENGE SERVERHASH=00 SERVERNONCE=");
    const error = await failure(connect(port));
    assert.match(error.message, /no SERVERHASH of 32 bytes/);
  });

  for (const size of [0, 31, 33]) {
    it(`never sends a cookie of ${size} bytes`, async () => {
      const methods = ["COOKIE", "SAFECOOKIE"] as const;
      await using port = await ScriptedControlPort.start({
        authentication: { methods, cookie: new Uint8Array(size) },
      });
      const error = await failure(connect(port, { authentication: ["SAFECOOKIE", "COOKIE"] }));
      assert.match(error.message, new RegExp(`expected 32 bytes, found ${size} bytes`));
      assert.deepEqual(asked(port), ["PROTOCOLINFO 1"]);
    });
  }

  it("never reads a cookie that is not a file", async () => {
    await using port = await ScriptedControlPort.start({
      authentication: { methods: ["SAFECOOKIE"], cookieFile: "/dev/zero" },
    });
    const error = await failure(connect(port));
    assert.match(error.message, /expected 32 bytes, found no regular file/);
  });

  it("tells a cookie that is not there, and goes on with what is left", async () => {
    const authentication = { methods: ["SAFECOOKIE", "NULL"], cookieFile: "/nonexistent" } as const;
    await using port = await ScriptedControlPort.start({ authentication });
    const error = await failure(connect(port, { authentication: ["SAFECOOKIE"] }));
    assert.match(error.message, /SAFECOOKIE: Cannot find the authentication cookie \/nonexistent/);
    await using control = await connect(port);
    assert.ok(control.connected);
  });

  it("tells that no method on offer may be used", async () => {
    await using port = await ScriptedControlPort.start();
    port.always("PROTOCOLINFO 1").reply("250-AUTH METHODS=FUTURE,HASHEDPASSWORD", "250 OK");
    const error = await failure(connect(port));
    assert.match(
      error.message,
      /it offers FUTURE, HASHEDPASSWORD; HASHEDPASSWORD: No password was given/,
    );
    const none = await failure(connect(port, { authentication: ["SAFECOOKIE"] }));
    assert.match(none.message, /it offers FUTURE, HASHEDPASSWORD; none of them may be used here/);
    assert.deepEqual(none.attempts, []);
  });

  it("rejects with the reason where asking for the password is given up", async () => {
    await using port = await ScriptedControlPort.start({
      authentication: { methods: ["HASHEDPASSWORD"] },
    });
    const controller = new AbortController();
    const password = () => {
      controller.abort(new Error("enough"));
      return new Promise<string>(() => {});
    };
    await assert.rejects(connect(port, { password, signal: controller.signal }), /enough/);
  });

  it("passes on what the password's function throws", async () => {
    await using port = await ScriptedControlPort.start({
      authentication: { methods: ["HASHEDPASSWORD"] },
    });
    const thrown = new Error("no keyring");
    const error = await failure(connect(port, { password: () => Promise.reject(thrown) }));
    assert.equal(error.attempts[0]?.error, thrown);
  });
});
