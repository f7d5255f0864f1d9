/** Connections through a Tor, whichever way they end, leave nothing open. */
import assert from "node:assert/strict";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import { ScriptedSocksServer, type SocksScript } from "../_support/scripted_socks_server.ts";

const URL_OF_HOST = "http://a.example/";
const ANSWER = new TextEncoder().encode("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nthe begin");

/** Runs `body` with a Tor whose SOCKS port follows a script. */
async function withTor(
  script: SocksScript,
  body: (tor: Tor, socks: ScriptedSocksServer) => Promise<void>,
): Promise<void> {
  await using socks = await ScriptedSocksServer.start(script);
  await using control = await ScriptedControlPort.start();
  await using tor = await connect({ control: control.address, socks: socks.address });
  await body(tor, socks);
}

Deno.test("a kept connection ends with its Tor", async () => {
  await withTor({ data: ANSWER }, async (tor) => {
    assert.equal(await (await tor.fetch(URL_OF_HOST)).text(), "the begin");
  });
});

Deno.test("a body that nobody reads ends with its Tor", async () => {
  await withTor({ data: ANSWER.subarray(0, -3), then: "silence" }, async (tor) => {
    assert.equal((await tor.fetch(URL_OF_HOST)).status, 200);
  });
});

Deno.test("a request is aborted while Tor is silent", async () => {
  await withTor({ reply: "silence" }, async (tor, socks) => {
    const stop = new AbortController();
    const fetching = tor.fetch(URL_OF_HOST, { signal: stop.signal });
    await socks.asked;
    stop.abort(new Error("enough"));
    await assert.rejects(fetching, /enough/);
  });
});

Deno.test("a stream is refused, and TLS is given up", async () => {
  await withTor({ reply: "close" }, async (tor) => {
    await assert.rejects(tor.streamVia("a.example", 80), { name: "SocksDisconnectedError" });
  });
  await withTor({ then: "silence" }, async (tor) => {
    await assert.rejects(tor.streamVia("a.example", 80, { tls: true, timeout: 50 }), {
      name: "TimeoutError",
    });
  });
});
