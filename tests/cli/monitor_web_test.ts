import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { formatJson } from "../../lib/cli/format_json.ts";
import type { BandwidthSample } from "../../lib/cli/monitor/snapshot.ts";
import { EventReader } from "../../lib/cli/monitor/web/event_reader.ts";
import { parsePageAddress } from "../../lib/cli/monitor/web/page_address.ts";
import { WebGuard } from "../../lib/cli/monitor/web/web_guard.ts";
import { TorError } from "../../lib/errors/mod.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Conn, Process } from "../../lib/runtime/types.ts";
import type { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { startMadeUpTor } from "../_support/made_up_tor.ts";
import { send } from "../runtime/_support.ts";
import { ask, type AskOptions, EventFollower, post } from "./_page_client.ts";
import { scriptedMonitor } from "./_scripted_monitor.ts";
import { readUntil, SLOW, start, torcon } from "./_torcon.ts";

/** Starts the page of a Tor, and gives its address. */
async function startPage(
  port: ScriptedControlPort,
  ...more: string[]
): Promise<{ program: Process; printed: string }> {
  const program = await start(["monitor", "--web", ...more, "--control", port.address]);
  const [printed] = await readUntil(program.stdout, /^.*\n$/);
  return { program, printed };
}

const sample = (read: number): BandwidthSample => ({ time: 0, read, written: 0 });

describe("torcon monitor --web", () => {
  let port: ScriptedControlPort;
  let program: Process;
  let url: string;
  let origin: string;

  before(async () => {
    port = await startMadeUpTor();
    let printed: string;
    ({ program, printed } = await startPage(port));
    url = printed.trim();
    origin = new URL(url).origin;
  }, SLOW);
  after(async () => {
    await program[Symbol.asyncDispose]();
    await port[Symbol.asyncDispose]();
  });

  it("prints nothing but the address, with a secret of 128 bits in it", SLOW, async () => {
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/$/);
    const other = await startPage(port, "[::1]:0", "--json");
    await using _ = other.program;
    const line = JSON.parse(other.printed);
    assert.equal(other.printed, `${formatJson(line, 0)}\n`);
    assert.match(line.url, /^http:\/\/\[::1\]:\d+\/[0-9a-f]{32}\/$/);
    assert.notEqual(new URL(line.url).pathname, new URL(url).pathname);
    const { status } = await ask(line.url);
    assert.equal(status, 200);
  });

  it("gives the page, which may load nothing from elsewhere", SLOW, async () => {
    for (
      const [path, type] of [
        ["", "text/html; charset=utf-8"],
        ["page.js", "text/javascript; charset=utf-8"],
        ["page.css", "text/css; charset=utf-8"],
        ["icon.svg", "image/svg+xml; charset=utf-8"],
      ] as const
    ) {
      const { status, headers, body } = await ask(url + path);
      assert.equal(status, 200);
      assert.equal(headers["content-type"], type);
      const policy = String(headers["content-security-policy"]);
      assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
      assert.match(policy, /frame-ancestors 'none'; base-uri 'none'; form-action 'none'/);
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.equal(headers["referrer-policy"], "no-referrer");
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers["cross-origin-resource-policy"], "same-origin");
      assert.equal(headers["access-control-allow-origin"], undefined);
      assert.ok(!body.includes(new URL(url).pathname), "the secret is in a file");
      assert.doesNotMatch(body, /(?:src|href)="(?!page\.|icon\.)|url\(|@import/);
    }
  });

  describe("refuses", () => {
    const json = { "content-type": "application/json" };
    /** Where it goes, below the secret folder; how; and what comes. */
    const table: [name: string, path: string, options: (own: string) => AskOptions, number][] = [
      ["no secret", "/", () => ({}), 404],
      ["another secret", `/${"0".repeat(32)}/`, () => ({}), 404],
      ["a secret that is cut off", "../", () => ({}), 404],
      ["another path", "index.php", () => ({}), 404],
      ["what every object has", "constructor", () => ({}), 404],
      ["another host's name", "", () => ({ headers: { host: "evil.example" } }), 421],
      ["another port", "", () => ({ headers: { host: "127.0.0.1:1" } }), 421],
      ["a name that leads here", "", () => ({ headers: { host: "127.0.0.1.nip.example" } }), 421],
      ["a foreign origin", "events", () => ({ headers: { origin: "http://evil.example" } }), 403],
      ["an opaque origin", "", () => ({ headers: { origin: "null" } }), 403],
      ["another site", "", () => ({ headers: { "sec-fetch-site": "cross-site" } }), 403],
      ["another port's page", "", () => ({ headers: { "sec-fetch-site": "same-site" } }), 403],
      ["an action by GET", "close-circuit", () => ({}), 405],
      ["a page by POST", "", (own) => ({ method: "POST", headers: { origin: own } }), 405],
      [
        "an action without an origin",
        "new-identity",
        () => ({ method: "POST", headers: json, body: "{}" }),
        403,
      ],
      [
        "a foreign action",
        "new-identity",
        () => ({ method: "POST", headers: { ...json, origin: "http://evil.example" }, body: "{}" }),
        403,
      ],
      [
        "an action as a form",
        "new-identity",
        (own) => ({ method: "POST", headers: { origin: own, "content-type": "text/plain" } }),
        415,
      ],
      [
        "too long a body",
        "new-identity",
        (own) => ({
          method: "POST",
          headers: { ...json, origin: own },
          body: `{"a":"${"a".repeat(2000)}"}`,
        }),
        413,
      ],
      [
        "a body that is no JSON",
        "close-circuit",
        (own) => ({ method: "POST", headers: { ...json, origin: own }, body: "{" }),
        400,
      ],
      [
        "a circuit that is no number",
        "close-circuit",
        (own) => ({ method: "POST", headers: { ...json, origin: own }, body: '{"id":"12\\r\\n"}' }),
        400,
      ],
    ];
    for (const [name, path, options, status] of table) {
      it(`${name}, with ${status} and nothing told`, SLOW, async () => {
        const { headers, ...answer } = await ask(new URL(path, url), options(origin));
        assert.deepEqual(answer, { status, body: "" });
        assert.equal(headers["x-content-type-options"], "nosniff");
        if (status === 405) assert.match(headers.allow ?? "", /^(GET|POST)$/);
      });
    }

    it("nothing of its own page, by either name", SLOW, async () => {
      const { host } = new URL(url);
      for (const name of [host, host.replace("127.0.0.1", "localhost")]) {
        const headers = { host: name, origin: `http://${name}`, "sec-fetch-site": "same-origin" };
        assert.equal((await ask(url, { headers })).status, 200);
      }
    });
  });

  it("tells all at first, then what changes", SLOW, async () => {
    await using events = await EventFollower.open(url);
    const { type, data } = await events.next();
    assert.equal(type, "snapshot");
    const { status, circuits, streams, bandwidth } = data;
    assert.equal(status.pid, 4711);
    assert.equal(bandwidth.length, 300);
    assert.deepEqual(circuits.map(({ id }: { id: number }) => id), [
      12,
      13,
      15,
      16,
      19,
      21,
      22,
      24,
    ]);
    assert.equal(circuits[0].path[0].nickname, "quietharbor");
    assert.equal(circuits[0].conflux, circuits[1].conflux);
    assert.equal(streams[0].target, "www.example.com");

    await port.send("650 BW 1200 340\r\n");
    const { time: _, ...second } = (await events.next("bandwidth")).data;
    assert.deepEqual(second, { read: 1200, written: 340 });
    await port.send("650 WARN <b>two\u2028lines</b>\r\n");
    assert.equal((await events.next("log")).data.text, "<b>two\u2028lines</b>");
    await port.send("650 CIRC 40 LAUNCHED PURPOSE=GENERAL\r\n");
    assert.equal((await events.next("circuits")).data.at(-1).id, 40);
    await port.send("650 STREAM 50 NEW 0 new.example:80 PURPOSE=USER\r\n");
    assert.equal((await events.next("streams")).data.at(-1).target, "new.example");
    const progress = 'PROGRESS=50 TAG=loading_descriptors SUMMARY="Loading"';
    await port.send(`650 STATUS_CLIENT NOTICE BOOTSTRAP ${progress}\r\n`);
    assert.equal((await events.next("status")).data.bootstrap.percent, 50);
  });

  it("closes circuits and streams, and asks for a new identity", SLOW, async () => {
    const closing = post(url, "close-circuit", { id: 15 });
    await port.waitFor("CLOSECIRCUIT 15");
    await port.send("650 CIRC 15 CLOSED REASON=REQUESTED\r\n");
    assert.equal((await closing).status, 204);

    port.expect(/^CLOSESTREAM 35 /).reply("250 OK");
    const cutting = post(url, "close-stream", { id: 35 });
    await port.waitFor(/^CLOSESTREAM 35 /);
    await port.send("650 STREAM 35 CLOSED 19 a.onion:80 REASON=DONE\r\n");
    assert.equal((await cutting).status, 204);

    port.expect("SIGNAL NEWNYM").reply("250 OK");
    const renewal = post(url, "new-identity", {});
    await port.waitFor("SIGNAL NEWNYM");
    await port.send("650 SIGNAL NEWNYM\r\n");
    assert.equal((await renewal).status, 204);

    const { status, body } = await post(url, "close-circuit", { id: 999 });
    assert.deepEqual([status, JSON.parse(body)], [502, {
      error: "Cannot close circuit 999: there is none",
    }]);
  });

  it("has room for so many pages, and for another when one has left", SLOW, async () => {
    const open: EventFollower[] = [];
    while (open.length < 8) open.push(await EventFollower.open(url));
    assert.equal((await ask(`${url}events`)).status, 503);
    await open[0]![Symbol.asyncDispose]();
    // The server hears of it when it does.
    let next: EventFollower | undefined;
    while (next === undefined) next = await EventFollower.open(url).catch(() => undefined);
    assert.equal((await next.next()).type, "snapshot");
    for (const one of [...open.slice(1), next]) await one[Symbol.asyncDispose]();
  });
});

describe("torcon monitor --web, where others are on the machine", () => {
  it("stays open to its user, however many connections they open", SLOW, async () => {
    await using port = await startMadeUpTor();
    const { program, printed } = await startPage(port);
    await using _ = program;
    const url = printed.trim();
    await using events = await EventFollower.open(url);
    await events.next("snapshot");
    const runtime = await detectRuntime();
    const { hostname, port: number } = new URL(url);
    const strangers: Conn[] = [];
    try {
      while (strangers.length < 80) {
        strangers.push(await runtime.connect({ hostname, port: Number(number) }));
      }
      assert.equal((await ask(url)).status, 200);
      // Those that came first have made room: nothing is answered there any more.
      const [first] = strangers;
      await send(first!, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").catch(() => {});
      assert.ok(await first!.readable.getReader().read().then(({ done }) => done, () => true));
      await port.send("650 BW 1200 340\r\n");
      assert.equal((await events.next("bandwidth")).data.read, 1200);
    } finally {
      for (const stranger of strangers) await stranger.close();
    }
  });
});

describe("torcon monitor --web, at its end", () => {
  it("ends at once by Ctrl-C, while a page follows", SLOW, async () => {
    await using port = await startMadeUpTor();
    const { program, printed } = await startPage(port);
    await using _ = program;
    const url = printed.trim();
    await using events = await EventFollower.open(url);
    await events.next("snapshot");
    program.kill("SIGINT");
    await events.end();
    assert.equal((await program.status).code, 130);
    assert.equal(await new Response(program.stderr as BodyInit).text(), "");
    await assert.rejects(ask(url), { code: "ECONNREFUSED" });
  });

  it("tells the page that Tor is gone, and then the user", SLOW, async () => {
    const port = await startMadeUpTor();
    const { program, printed } = await startPage(port);
    await using _ = program;
    await using events = await EventFollower.open(printed.trim());
    await events.next("snapshot");
    await port[Symbol.asyncDispose]();
    const { message } = (await events.next("ended")).data;
    await events.end();
    const stderr = await new Response(program.stderr as BodyInit).text();
    assert.equal(stderr, `torcon: ${message}\n`);
    assert.equal((await program.status).code, 1);
  });

  it("refuses to be reached from elsewhere, and a port that is taken", SLOW, async () => {
    for (const address of ["192.0.2.1:80", "localhost:80", "unix:/tmp/x", "x", "70000"]) {
      assert.throws(() => parsePageAddress(address), { exitCode: 2, message: /--web\)$/ });
    }
    const { code, stdout, stderr } = await torcon(["monitor", "--web", "0.0.0.0:8080"]);
    assert.deepEqual({ code, stdout }, { code: 2, stdout: "" });
    assert.match(stderr, /^torcon: Cannot serve the page at 0\.0\.0\.0:8080[^\n]+\n$/);
    await using port = await startMadeUpTor();
    const taken = await torcon(["monitor", "--web", port.address, "--control", port.address]);
    assert.deepEqual([taken.code, taken.stdout], [1, ""]);
    assert.match(taken.stderr, /^torcon: Cannot listen on [^\n]+\n$/);
  });
});

describe("the events of a page that does not read", () => {
  /** Reads all that waits for the page, as the types of its events. */
  async function typesOf(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string[]> {
    const { value } = await reader.read();
    return [...new TextDecoder().decode(value).matchAll(/^event: (.*)$/gm)].map(([, type = ""]) =>
      type
    );
  }

  it("are the latest state, however much has come", async () => {
    const { source, told, end } = scriptedMonitor();
    const reader = new EventReader(source, { onGone: () => {} }).body.getReader();
    const [listener] = told;
    assert.deepEqual(await typesOf(reader), ["snapshot"]);
    for (let i = 0; i < 1000; i++) listener!.circuits!([]);
    for (let i = 0; i < 100; i++) listener!.bandwidth!(sample(i));
    listener!.streams!([]);
    assert.deepEqual(await typesOf(reader), [
      ...Array.from({ length: 100 }, () => "bandwidth"),
      "circuits",
      "streams",
    ]);
    for (let i = 0; i < 101; i++) listener!.bandwidth!(sample(i));
    end.reject(new TorError("gone"));
    assert.deepEqual(await typesOf(reader), ["snapshot"]);
    assert.deepEqual(await typesOf(reader), ["ended"]);
    assert.deepEqual(await reader.read(), { done: true, value: undefined });
  });

  it("are a comment where there is nothing else, and over when the page leaves", async () => {
    const { source, told } = scriptedMonitor();
    let isGone = false;
    const events = new EventReader(source, { onGone: () => isGone = true });
    const reader = events.body.getReader();
    await reader.read();
    events.noteTime();
    assert.equal(new TextDecoder().decode((await reader.read()).value), ":\n\n");
    const waiting = reader.read();
    await reader.cancel();
    assert.equal((await waiting).done, true);
    assert.ok(isGone);
    assert.equal(told.size, 0);
  });
});

describe("the guard of a page", () => {
  const get = (host: string) => new Request("http://a.example/secret/x", { headers: { host } });

  it("knows how a browser names the port of http, and an address of IPv6", () => {
    const guard = new WebGuard({ hostname: "::1", port: 80 }, "secret");
    assert.equal(guard.admit(get("[::1]")), "x");
    assert.equal(guard.admit(get("localhost")), "x");
    assert.equal(guard.admit(get("::1")), 421);
    assert.equal(guard.admit(get("[::1]:80")), 421);
    assert.equal(guard.admit(get("127.0.0.1")), 421);
  });
});
