// deno-lint-ignore-file no-control-regex -- what steers a terminal is what this is about
import assert from "node:assert/strict";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { startLoneTor } from "../../lib/testing/lone_tor.ts";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import type { StartedClient } from "../../lib/testing/started_client.ts";
import { connect } from "../../lib/tor/connect.ts";
import { formatAddress } from "../../lib/util/address.ts";
import { useNetwork } from "../_support/network.ts";
import { startServer, type TestServer } from "../tor/_support.ts";
import { Tmux, type TmuxOptions } from "./_tmux.ts";
import { commandLine, programLine, SLOW, start, torcon } from "./_torcon.ts";

const HOST = "monitor-test.torcon-cli.example";
const EVIL = "\x1b[2J\x1b]0;owned\x07\x9b^r^[bg:red]%s你好\u202e";

/** Starts the monitor at a terminal. */
async function monitor(control: string, options: TmuxOptions = {}): Promise<Tmux> {
  return await Tmux.start(commandLine(["monitor", "--control", control]), options);
}

/** Checks that the program has ended, and the terminal is as it was before. */
async function assertLeft(terminal: Tmux, code: number): Promise<void> {
  assert.deepEqual(await terminal.ended(), { code, isModeRestored: true });
  assert.deepEqual(await terminal.modes(), {
    alternateScreen: false,
    cursorShown: true,
    mouseReported: false,
  });
}

describe("torcon monitor on a network", () => {
  let network: PrivateNetwork;
  let client: StartedClient;
  let web: TestServer;

  before(async () => {
    network = await useNetwork();
    await network.dns.add({ [HOST]: ["127.0.0.1"] });
    client = await network.addClient();
    web = await startServer((_, response) => void response.write("begun"));
  }, SLOW);
  after(async () => {
    await web?.[Symbol.asyncDispose]();
    await client?.[Symbol.asyncDispose]();
    await network?.[Symbol.asyncDispose]();
  });

  it("shows what Tor does, and closes what it is told to", SLOW, async () => {
    await using tor = await connect({ control: client.control });
    await using terminal = await monitor(formatAddress(client.control), { columns: 120, rows: 40 });
    await terminal.until(new RegExp(`^Tor \\S+ +pid ${client.pid} .*\nconnected to the network`));
    await terminal.until(/^ +\d+ BUILT .*\b(?:relay|authority)\d\b.* > /m);

    const response = await tor.fetch(`http://${HOST}:${web.port}/`);
    const body = response.text();
    body.catch(() => {});
    await terminal.press("3");
    const target = new RegExp(`(\\d+) SUCCEEDED +(\\d+) .*:${web.port}$`, "m");
    const [, id] = target.exec((await terminal.until(target)).join("\n"))!;
    await terminal.press("End", "Enter");
    await terminal.until(
      new RegExp(`Stream ${id}[^]*fingerprint  [0-9A-F]{40}[^]*flags .*Running`),
    );
    await terminal.press("Escape");
    await terminal.until(target);
    await terminal.press("x");
    await terminal.until(new RegExp(`Close stream ${id}\\? y/n`));
    await terminal.press("y");
    await terminal.until(new RegExp(`Closed stream ${id}$`, "m"));
    await assert.rejects(body);

    await terminal.press("2");
    const circuit = /^ +(\d+) BUILT/m.exec((await terminal.until(/^ +\d+ BUILT/m)).join("\n"))![1];
    const closed = tor.control.events("CIRC");
    await closed.ready;
    await terminal.press("Home", "x");
    await terminal.until(/Close circuit \d+\? y\/n/);
    await terminal.press("y");
    for await (const { circuitId, status } of closed) {
      if (String(circuitId) === circuit && status === "CLOSED") break;
    }
    await terminal.until(new RegExp(`Closed circuit ${circuit}$`, "m"));

    await terminal.press("n");
    await terminal.until(/Tor has a new identity/);
    await terminal.press("n");
    await terminal.until(/Asked for a new identity; Tor takes one on every ten seconds/);
    await terminal.press("q");
    await assertLeft(terminal, 0);
  });

  it("ends by Ctrl-C and by signals, and leaves nothing behind", SLOW, async () => {
    const control = formatAddress(client.control);
    await using interrupted = await monitor(control);
    await using terminated = await monitor(control);
    await interrupted.until(/q quit/);
    await interrupted.press("C-c");
    await assertLeft(interrupted, 130);
    await terminated.until(/q quit/);
    await terminated.signal("SIGTERM");
    await assertLeft(terminated, 143);
  });
});

describe("torcon monitor", () => {
  let port: ScriptedControlPort;

  before(async () => {
    port = await ScriptedControlPort.start({ torVersion: `0.4.9.11 ${EVIL.replace("\x07", "")}` });
    port.always(/^SETEVENTS/).reply("250 OK");
    port.always(/^GETINFO/).replyWith(({ args }) => [
      ...args.split(" ").map((key) => `250-${key}=`),
      "250 OK",
    ]);
    port.always("GETINFO circuit-status stream-status").reply(
      `250-circuit-status=7 BUILT $${"A".repeat(40)}~alice PURPOSE=${EVIL}`,
      `250-stream-status=9 SUCCEEDED 7 ${EVIL}:443`,
      "250 OK",
    );
    port.always("GETINFO traffic/read").reply("250-traffic/read=1024", "250 OK");
  }, SLOW);
  after(() => port[Symbol.asyncDispose]());

  it("lets no text of others steer the terminal, at any size", SLOW, async () => {
    await using terminal = await monitor(port.address, { columns: 140, rows: 24 });
    await terminal.until(/9 SUCCEEDED/);
    await port.send(`650 WARN ${EVIL}\r\n650 BW 2048 100\r\n`);
    const written = /\[warn\] +\\x1b\[2J\\x1b\]0;owned\\x07\S*\^r\^\[bg:red\]%s\\u\{4f60\}/;
    const lines = await terminal.until(written);
    assert.ok(lines.every((line) => line.length <= 140 && !line.includes("你")));
    assert.match(lines.join("\n"), /└ 9 SUCCEEDED \\x1b\[2J/);
    assert.match(await terminal.colors(), /\x1b\[33m[^\n]*owned/);

    await terminal.resize(20, 5);
    await terminal.until(/^Too small: 20x5\nin 2048 B\/s\nout 100 B\/s/);
    await terminal.resize(200, 60);
    const large = await terminal.until(/Download 2\.0 KiB\/s[^]*owned/);
    assert.equal(large.length, 60);
    assert.match(large.at(-1)!, /q quit$/);
    await terminal.press("h");
    await terminal.until(/Ctrl-C +leave/);
    await terminal.press("Escape"); // another key at once would be Alt with that key
    await terminal.until(/Overview[^]*9 SUCCEEDED/);
    await terminal.press("p");
    await terminal.until(/PAUSED/);
    await terminal.press("q");
    await assertLeft(terminal, 0);
  });

  it(
    "has no colours with NO_COLOR, and nothing but ASCII where the locale is so",
    SLOW,
    async () => {
      const env = { NO_COLOR: "1", LC_ALL: "C" };
      await using terminal = await monitor(port.address, { env });
      await terminal.until(/` 9 SUCCEEDED/);
      await port.send("650 WARN odd\r\n");
      await terminal.until(/\[warn\] +odd/);
      assert.doesNotMatch(await terminal.colors(), /\x1b\[(?:[34][0-8]|9\d|10\d)m|[^\x00-\x7f]/);
      await terminal.press("q");
      await assertLeft(terminal, 0);
    },
  );

  it("gives the terminal back when Tor dies, and says so in one line", SLOW, async () => {
    await using tor = await startLoneTor();
    await using terminal = await monitor(formatAddress(tor.control));
    await terminal.until(/q quit/);
    tor.kill("SIGKILL");
    await assertLeft(terminal, 1);
    assert.match((await terminal.screen()).join("\n").trim(), /^torcon: [^\n]+$/);
  });

  it("is left at once though Tor hangs", SLOW, async () => {
    await using tor = await startLoneTor();
    await using terminal = await monitor(formatAddress(tor.control));
    await terminal.until(/q quit/);
    process.kill(tor.pid, "SIGSTOP");
    await terminal.press("q");
    await assertLeft(terminal, 0);
    process.kill(tor.pid, "SIGCONT");
  });

  it("ends with its terminal, even where no signal tells it", SLOW, async () => {
    const words = commandLine(["monitor", "--control", port.address]);
    // What is in a session of its own gets no SIGHUP.
    const terminal = await Tmux.start(["setsid", "--wait", ...words]);
    await terminal.until(/q quit/);
    const connection = port.connections.at(-1)!;
    await terminal[Symbol.asyncDispose]();
    await port.send("650 BW 5 6\r\n"); // something to be drawn
    await connection.closed;
  });

  it("gives the terminal back by an error that nobody catches", SLOW, async () => {
    await using terminal = await Tmux.start(programLine("./_monitor_that_fails", []));
    await terminal.until(/q quit/);
    await terminal.press("n");
    await assertLeft(terminal, 1);
    assert.match((await terminal.screen()).join("\n"), /Nobody catches it/);
  });

  it("says what to do where it cannot be shown", SLOW, async () => {
    const piped = await torcon(["monitor", "--control", port.address]);
    assert.deepEqual([piped.code, piped.stdout], [2, ""]);
    assert.match(piped.stderr, /^torcon: Cannot show the monitor: [^\n]*--json\n$/);
    await using terminal = await monitor(port.address, { term: "dumb" });
    await assertLeft(terminal, 2);
    assert.match((await terminal.screen()).join(" "), /^torcon: Cannot show the monitor: TERM/);
  });

  it("tells all there is, and then what changes, as lines of JSON", SLOW, async () => {
    await using program = await start(["monitor", "--json", "--control", port.address]);
    const reader = program.stdout.getReader();
    const decoder = new TextDecoder();
    let text = "";
    const lines = async (count: number) => {
      while (text.split("\n").length <= count) {
        text += decoder.decode((await reader.read()).value, { stream: true });
      }
      return text.split("\n").slice(0, count).map((line) => JSON.parse(line));
    };
    const [snapshot] = await lines(1);
    assert.deepEqual([snapshot.type, snapshot.circuits[0].id, snapshot.streams[0].id], [
      "snapshot",
      7,
      9,
    ]);
    assert.equal(snapshot.streams[0].target, EVIL);
    assert.doesNotMatch(text.replaceAll("\n", ""), /[\x00-\x1f\x7f-\x9f\u202e]/);
    await port.send("650 BW 5 6\r\n650 CIRC 8 LAUNCHED\r\n");
    const [, bandwidth, circuits] = await lines(3);
    assert.deepEqual([bandwidth.type, bandwidth.read, bandwidth.written], ["bandwidth", 5, 6]);
    assert.deepEqual([circuits.type, circuits.circuits.length], ["circuits", 2]);

    // A closed pipe is no failure.
    await reader.cancel();
    const writes = setInterval(() => port.send("650 BW 5 6\r\n"), 50);
    const { code } = await program.status;
    clearInterval(writes);
    assert.equal(code, 0);
  });
});
