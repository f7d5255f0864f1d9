/** Connections through a Tor, whichever way they end, leave nothing open. */
import assert from "node:assert/strict";
import type { Agent } from "node:http";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import { getText } from "../tor/_ways.ts";
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

const BROKEN: readonly [string, SocksScript][] = [
  ["hangs up", { first: "close" }],
  ["resets the connection", { reply: "reset" }],
  ["speaks first", { first: [50, 50, 48] }],
  ["refuses", { reply: [5, 5, 0, 1, 0, 0, 0, 0, 0, 0] }],
  ["sends garbage", { reply: [4, 90, 0, 0] }],
  ["drops the stream at once", { then: "close" }],
  ["drops the stream in a body", { data: ANSWER.subarray(0, -3), then: "reset" }],
];
for (const [what, script] of BROKEN) {
  Deno.test(`nothing stays open of a SOCKS port that ${what}`, async () => {
    await withTor(script, async (tor, socks) => {
      const agent = await tor.httpAgent<Agent>();
      const failures = await Promise.allSettled([
        tor.fetch(URL_OF_HOST).then((answer) => answer.text()),
        tor.fetch(URL_OF_HOST.replace("http:", "https:")),
        tor.streamVia("a.example", 443, { tls: true }),
        getText(URL_OF_HOST, agent),
      ]);
      assert.deepEqual(failures.map(({ status }) => status), Array(4).fill("rejected"));
      agent.destroy();
      await socks.clientsGone;
    });
  });
}

Deno.test("nothing stays open of a SOCKS port that is silent", async () => {
  await withTor({ reply: "silence" }, async (tor, socks) => {
    const stop = new AbortController();
    const { signal } = stop;
    const waiting = [
      tor.fetch(URL_OF_HOST, { signal }),
      tor.streamVia("a.example", 80, { signal }),
      tor.dnsResolvePtr("192.0.2.7", { signal }),
      tor.streamVia("a.example", 80, { timeout: 20 }),
    ];
    const settled = Promise.allSettled(waiting);
    await socks.asked;
    stop.abort(new Error("enough"));
    const statuses = (await settled).map(({ status }) => status);
    assert.deepEqual(statuses, Array(4).fill("rejected"));
    await socks.clientsGone;
  });
});
