import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { InfoKey, InfoNode, InfoPrefix } from "../../lib/config/info_node.ts";
import type { InfoTree } from "../../lib/config/info_tree.ts";
import { ControlReplyError } from "../../lib/errors/mod.ts";
import { type LoneTor, startLoneTor } from "../../lib/testing/lone_tor.ts";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import { useNetwork } from "../_support/network.ts";

const RELAY = "70AA00B95C07F49CDAEF5A9365B32A94F528D13F";

/** What the prefixes are called with; any other with `x`. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  "config": "names",
  "consensus": "valid-after",
  "current-time": "utc",
  "desc-annotations/id": RELAY,
  "desc/id": RELAY,
  "dir/server": `fp/${RELAY}`,
  "dir/status": "all",
  "downloads/cert": "fps",
  "downloads/cert/fp": `${RELAY}/sks`,
  "downloads/desc": RELAY,
  "downloads/networkstatus": "ns",
  "extra-info/digest": RELAY,
  "ip-to-country": "1.2.3.4",
  "md/id": RELAY,
  "net/listeners": "control",
  "ns/id": RELAY,
  "ns/purpose": "bridge",
  "stats/ntor": "assigned",
  "stats/tap": "assigned",
};

/** Those that a Tor without a network has no answer to, and by which code it says so. */
const REFUSED: Readonly<Record<string, number>> = {
  "address": 551,
  "address/v4": 551,
  "desc/id": 552,
  "dir/status-vote/current/consensus": 551,
  "exit-policy/full": 552,
  "hs/client/desc/id": 551,
  "md/id": 552,
  "md/name": 552,
  "network-status": 552,
  "status/fresh-relay-descs": 551,
};

/** A node and all below it that can be called. */
function* callables(node: InfoNode): Generator<InfoKey | InfoPrefix> {
  if (node.kind !== "branch") yield node;
  for (const child of node) yield* callables(child);
}

/** The answer to every call, or the error that it is refused with. */
async function callAll(info: InfoTree): Promise<Map<string, string | ControlReplyError>> {
  const calls = [...callables(info)].map(async (node) => {
    const call = node.kind === "key" ? node() : node(ARGUMENTS[node.key] ?? "x");
    return [
      node.key,
      await call.catch((error: unknown) => {
        assert.ok(error instanceof ControlReplyError, `${node.key}: ${error}`);
        return error;
      }),
    ] as const;
  });
  return new Map(await Promise.all(calls));
}

/** A Tor that tells the names it is given, and its tree. */
async function scriptedTree(
  port: ScriptedControlPort,
  names: readonly string[],
): Promise<{ tor: Tor; info: InfoTree }> {
  port.expect("GETINFO info/names").reply("250+info/names=", ...names, ".", "250 OK");
  const tor = await connect({ control: port.address });
  return { tor, info: await tor.getInfoTree() };
}

describe("the tree of info/names of a lone tor", () => {
  let lone: LoneTor;
  let tor: Tor;
  let info: InfoTree;

  before(async () => {
    lone = await startLoneTor();
    tor = await connect({ control: lone.control });
    info = await tor.getInfoTree();
  });
  after(async () => {
    await tor[Symbol.asyncDispose]();
    await lone[Symbol.asyncDispose]();
  });

  it("has every name that Tor tells, with its documentation", async () => {
    const nodes = new Map([...callables(info)].map((node) => [node.key, node]));
    const lines = (await tor.control.getInfo("info/names")).split("\n");
    assert.ok(lines.length > 100);
    for (const line of lines) {
      const [name, documentation] = line.split(" -- ") as [string, string];
      const node = nodes.get(name.replace(/\/<.*|\/?\*$/, ""));
      assert.ok(node?.documentation.includes(documentation), line);
      assert.equal(node?.kind, /[*>]|sks$/.test(name) ? "prefix" : "key", line);
    }
  });

  it("answers or refuses every one of them", { timeout: 20_000 }, async () => {
    const answers = await callAll(info);
    assert.ok(answers.size > 100);
    for (const [key, code] of Object.entries(REFUSED)) {
      const answer = answers.get(key);
      assert.equal(answer instanceof ControlReplyError ? answer.code : answer, code, key);
    }
    for (const [key, answer] of answers) {
      if (typeof answer === "string") continue;
      assert.ok(answer.code === 551 || answer.code === 552, `${key}: ${answer.message}`);
    }
    assert.ok([...answers.values()].filter((answer) => typeof answer === "string").length > 75);
    assert.equal(answers.get("process/pid"), String(lone.pid));
    assert.equal(answers.get("ip-to-country"), "au");
    assert.ok(String(answers.get("net/listeners")).includes(`"${lone.controlPort}"`));
    assert.equal(answers.get("net/listeners/control"), answers.get("net/listeners"));
    assert.equal(await info.version(), tor.control.torVersion);
  });

  it("tells Tor's own reason where there is no answer", async () => {
    await assert.rejects(info["exit-policy"].full(), {
      name: "UnrecognizedEntityError",
      message: "Tor refused GETINFO exit-policy/full: 552 Not running in server mode",
    });
    await assert.rejects(info.config("SafeSocks"), { code: 552 });
  });

  it("has keys above other keys", async () => {
    assert.deepEqual(Object.keys(info.address), ["v4", "v6"]);
    assert.match(await info.downloads.networkstatus.ns(), /^next-attempt-at /);
    assert.match(await info.downloads.networkstatus.ns.running(), /^next-attempt-at /);
    assert.equal(await info["ip-to-country"]["ipv4-available"](), "1");
    assert.equal(await info["ip-to-country"]("203.0.113.1"), "??");
  });

  it("gives long values line by line", async () => {
    const lines: string[] = [];
    for await (const line of info.config.names.lines()) lines.push(line);
    assert.equal(lines.join("\n"), await info.config.names());
    assert.ok(lines.length > 300);
    const [country] = [await info["ip-to-country"].lines("1.2.3.4").next()];
    assert.equal(country.value, "au");
  });

  it("refuses arguments that could end the command, or that a key does not take", async () => {
    for (const argument of ["a b", "a\r\nSIGNAL HALT", "a\nb", 'a"b', "a\0b"]) {
      await assert.rejects(info.desc.id(argument), TypeError);
      await assert.rejects(info.desc.id.lines(argument).next(), TypeError);
    }
    const { version, desc } = info as unknown as Record<"version" | "desc", LooseNode>;
    await assert.rejects(version("x"), {
      name: "TypeError",
      message: "Cannot read version with the argument x: it takes none",
    });
    for (const wrong of [undefined, "", 1, null, {}]) {
      await assert.rejects(desc.id(wrong), {
        name: "TypeError",
        message: "Cannot read desc/id/* without an argument: expected a text that is not empty",
      });
    }
    assert.throws(() => version.lines("x"), TypeError);
    assert.equal(await tor.control.getInfo("process/pid"), String(lone.pid));
  });

  it("can be given up", async () => {
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    await assert.rejects(tor.getInfoTree({ signal }), reason);
    await assert.rejects(info.version({ signal }), reason);
    await assert.rejects(info.ns.id(RELAY, { signal }), reason);
    await assert.rejects(info.ns.all.lines({ signal }).next(), reason);
  });

  it("shows its children, and them alone", () => {
    assert.deepEqual(Object.keys(info.traffic), ["read", "written"]);
    assert.deepEqual([...info.traffic].map(({ key }) => key), ["traffic/read", "traffic/written"]);
    assert.ok("listeners" in info.net && "name" in info.ns && !("nobody" in info.ns));
    assert.deepEqual(Object.keys(info.uptime), []);
    assert.deepEqual([info.net.key, info.net.kind, info.net.documentation], ["net", "branch", ""]);
    assert.equal(typeof info.net, "object");
    for (const node of [info, info.address]) {
      assert.throws(() => Object.assign(node, { nobody: 1 }), TypeError);
      assert.throws(() => Object.assign(node, { key: "x" }), TypeError);
    }
  });
});

/** A node as careless programs call it. */
interface LooseNode {
  (argument: unknown): Promise<string>;
  lines(argument: unknown): AsyncIterableIterator<string>;
  id(argument: unknown): Promise<string>;
}

describe("the tree of info/names of a Tor to come", () => {
  it("has keys that nobody knows yet", async () => {
    await using port = await ScriptedControlPort.start();
    const names = [
      "future/of/* -- By its name.",
      "future -- All of it.",
      "bare",
      "",
      "old/id* -- Odd",
    ];
    const { tor, info } = await scriptedTree(port, names);
    await using _ = tor;
    assert.deepEqual(Object.keys(info), ["future", "bare", "old"]);
    port.expect("GETINFO future/of/tomorrow").reply("250-future/of/tomorrow=42", "250 OK");
    port.expect("GETINFO bare").reply("250-bare=1", "250 OK");
    port.expect("GETINFO old/id/x").reply("250-old/id/x=2", "250 OK");
    const { future, bare, old } = info as unknown as {
      future: InfoKey & { of: InfoPrefix };
      bare: InfoKey;
      old: { id: InfoPrefix };
    };
    assert.equal(await future.of("tomorrow"), "42");
    assert.equal(await bare(), "1");
    assert.equal(await old.id("x"), "2");
    assert.deepEqual([future.documentation, bare.documentation], ["All of it.", ""]);
  });

  it("takes an argument or none where Tor has both", async () => {
    await using port = await ScriptedControlPort.start();
    const { tor, info } = await scriptedTree(port, ["both -- Alone.", "both/* -- With one."]);
    await using _ = tor;
    const { both } = info as unknown as { both: LooseNode & InfoPrefix };
    assert.deepEqual([both.kind, both.documentation], ["prefix", "Alone.\nWith one."]);
    port.expect("GETINFO both").reply("250-both=0", "250 OK");
    port.expect("GETINFO both/x").reply("250-both/x=1", "250 OK");
    assert.equal(await both(undefined), "0");
    assert.equal(await both("x"), "1");
  });

  it("keeps what each node has where a key is named alike", async () => {
    await using port = await ScriptedControlPort.start();
    const words = ["key", "kind", "lines", "documentation", "then", "name", "length", "__proto__"];
    const { tor, info } = await scriptedTree(port, [
      "odd -- Strange.",
      ...words.map((word) => `odd/${word} -- ${word}`),
    ]);
    await using _ = tor;
    const { odd } = info as unknown as { odd: InfoKey & { name: InfoKey; length: InfoKey } };
    assert.deepEqual([odd.key, odd.kind, odd.documentation], ["odd", "key", "Strange."]);
    assert.deepEqual([...odd].map(({ documentation }) => documentation), words);
    assert.deepEqual(Object.keys(odd).sort(), ["__proto__", "length", "name"]);
    assert.deepEqual([odd.name.key, odd.length.key], ["odd/name", "odd/length"]);
    assert.equal(await Promise.resolve(odd), odd);
  });

  it("names what Tor answers without listing it only under what it lists", async () => {
    await using port = await ScriptedControlPort.start();
    const { tor, info } = await scriptedTree(port, [
      "net/listeners/* -- Bound.",
      "consensus -- Key.",
    ]);
    await using _ = tor;
    assert.ok("socks" in info.net.listeners && !("valid-after" in info.consensus));
    port.expect("GETINFO net/listeners/socks").reply('250-net/listeners/socks="[::1]:1"', "250 OK");
    assert.equal(await info.net.listeners.socks(), '"[::1]:1"');
  });

  it("is not there where a filter hides the names", async () => {
    await using port = await ScriptedControlPort.start();
    port.expect("GETINFO info/names").reply("510 Command filtered");
    await using tor = await connect({ control: port.address });
    await assert.rejects(tor.getInfoTree(), {
      name: "UnrecognizedCommandError",
      message: "Tor refused GETINFO info/names: 510 Command filtered",
    });
  });
});

describe("the tree of info/names of a client", () => {
  let network: PrivateNetwork;

  before(async () => {
    network = await useNetwork();
  }, { timeout: 120_000 });
  after(async () => {
    await network[Symbol.asyncDispose]();
  });

  it("tells of the network", { timeout: 120_000 }, async () => {
    await using client = await network.addClient();
    await using tor = await connect({ control: client.control });
    const info = await tor.getInfoTree();
    const answers = await callAll(info);
    for (const key of ["consensus", "circuit-status", "entry-guards", "md/all", "ns/all"]) {
      assert.ok(typeof answers.get(key) === "string" && answers.get(key) !== "", key);
    }
    const [relay] = network.relays;
    assert.ok(relay !== undefined);
    assert.match(await info.ns.name(relay.nickname), new RegExp(`^r ${relay.nickname} `));
    assert.match(await info.ns.id(relay.fingerprint), new RegExp(`^r ${relay.nickname} `));
    assert.match(await info.md.id(relay.fingerprint), /^onion-key\n/);
    assert.match(await info.status["bootstrap-phase"](), /PROGRESS=100/);
    assert.notEqual(await info.net.listeners.socks(), "");
  });
});
