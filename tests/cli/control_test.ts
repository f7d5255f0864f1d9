import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type LoneTor, startLoneTor } from "../../lib/testing/lone_tor.ts";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { formatAddress } from "../../lib/util/address.ts";
import { SLOW, torcon } from "./_torcon.ts";

const KEY = "x25519:IHdlIGFyZSBhIHNlY3JldCBrZXkgb2YgMzIgYnl0ZXM=";

describe("torcon control in a pipe", () => {
  let tor: LoneTor;
  let control: string[];

  before(async () => {
    tor = await startLoneTor();
    control = ["control", "--control", formatAddress(tor.control)];
  }, SLOW);
  after(() => tor[Symbol.asyncDispose]());

  it("sends one line after the other, and fails where Tor refused one", SLOW, async () => {
    const stdin = [
      "GETINFO process/pid",
      "",
      "getinfo nope",
      'SETCONF ContactInfo="a \\"b\\"" SafeSocks=1\r',
      "SETCIRCUITPURPOSE",
      "GETCONF ContactInfo SafeSocks",
    ].join("\n");
    const { code, stdout, stderr } = await torcon(control, { stdin });
    assert.equal(
      stdout,
      `250-process/pid=${tor.pid}\n250 OK\n552 Unrecognized key "nope"\n250 OK\n` +
        '250-ContactInfo=a "b"\n250 SafeSocks=1\n',
    );
    assert.equal(
      stderr,
      "torcon: Cannot send SETCIRCUITPURPOSE without arguments: it crashes Tor\n" +
        "torcon: 2 of 5 commands were refused\n",
    );
    assert.equal(code, 1);
  });

  it("sends the command that is its arguments, and shows values of many lines", SLOW, async () => {
    const { code, stdout } = await torcon([...control, "GETINFO", "signal/names", "config/names"]);
    assert.equal(code, 0);
    assert.match(stdout, /^250-signal\/names=RELOAD .*\n250\+config\/names=\n\S+ \w+\n/);
    assert.match(stdout, /\n\.\n250 OK\n$/);
    const refused = await torcon([...control, "GETINFO", "nope"]);
    assert.deepEqual(refused, {
      code: 1,
      stdout: '552 Unrecognized key "nope"\n',
      stderr: "torcon: The command was refused\n",
    });
  });

  it("prints one object of JSON for a command, and one for an event", SLOW, async () => {
    await using port = await ScriptedControlPort.start();
    port.expect("SETEVENTS BW").reply("250 OK", "650 BW 3 4");
    port.expect("MAPADDRESS a=b c=d").reply("250-a=b", "512 syntax error");
    port.expect(/^\+?POSTDESCRIPTOR/).replyWith(({ data }) => `554 ${JSON.stringify(data)}`);
    const { code, stdout } = await torcon(["control", "--json", "--control", port.address], {
      stdin: "SETEVENTS BW\nMAPADDRESS a=b c=d\n+POSTDESCRIPTOR cache=no\none\n..two\n.\n" +
        'nonsense "x\nSETEVENTS a="b"\nQUIT\nGETINFO version\n',
    });
    const objects = stdout.trim().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(objects.filter(({ type }) => type !== undefined), [
      { type: "BW", read: 3, written: 4 },
    ]);
    const reply = (command: string, ...lines: [code: number, text: string][]) => ({
      command,
      ok: lines.every(([code]) => code < 400),
      reply: lines.map(([code, text]) => ({ code, text })),
    });
    assert.deepEqual(objects.filter(({ type }) => type === undefined), [
      reply("SETEVENTS BW", [250, "OK"]),
      reply("MAPADDRESS a=b c=d", [250, "a=b"], [512, "syntax error"]),
      reply("POSTDESCRIPTOR cache=no", [554, '"one\\n.two"']),
      { command: "", ok: false, error: "Cannot read the line: a quote has no end" },
      {
        command: 'SETEVENTS a="b"',
        ok: false,
        error: 'Cannot listen to A="B": it is no type of event',
      },
      reply("QUIT", [250, "closing connection"]),
    ]);
    assert.equal(code, 1);
  });

  it("shows each line of a refusal with its own code", SLOW, async () => {
    await using port = await ScriptedControlPort.start();
    port.expect("MAPADDRESS a=b c").reply("451-resource exhausted", "512 syntax error");
    const at = ["control", "--control", port.address];
    const refused = await torcon([...at, "MAPADDRESS", "a=b", "c"]);
    assert.equal(refused.stdout, "451-resource exhausted\n512 syntax error\n");
    assert.equal(refused.code, 1);
  });

  it("ends well where Tor was told to end", SLOW, async () => {
    for (const stdin of ["SIGNAL HALT\n", "signal term", "SIGNAL INT\nGETINFO version\n"]) {
      await using own = await startLoneTor();
      const { code, stdout, stderr } = await torcon(
        ["control", "--control", formatAddress(own.control)],
        { stdin },
      );
      assert.deepEqual([code, stdout, stderr], [0, "250 OK\n", ""]);
    }
  });

  it("shows no secret in what it says of a command", SLOW, async () => {
    const stdin = [
      `ONION_CLIENT_AUTH_ADD nowhere ${KEY}`,
      "SETCONF Socks5ProxyPassword=hunter2 Nope=1",
      'SETCONF HTTPSProxyAuthenticator="hunter2" Nope=1',
      'AUTHENTICAT "hunter2"',
      'AUTHENTICATE "hunter2',
    ].join("\n");
    for (const json of [[], ["--json"]]) {
      const { code, stdout, stderr } = await torcon([...control, ...json], { stdin });
      assert.equal(code, 1);
      assert.match(stderr, /5 of 5 commands were refused/);
      assert.doesNotMatch(stdout + stderr, /hunter2|68756E74657232|IHdlIGFyZS/i);
    }
  });

  it("tells of each command of Tor, without asking for it", SLOW, async () => {
    const list = await torcon([...control, "/help"]);
    assert.match(list.stdout, /^ {2}GETINFO +Tells/m);
    assert.match(list.stdout, /^ {2}\+LOADCONF +Has Tor/m);
    const one = await torcon([...control, "help", "getconf"]);
    assert.match(
      one.stdout,
      /^GETCONF \[OPTION\].*\n.*\n {2}Example: GETCONF .*\n.*section 3\.3\n$/,
    );
    for (const word of ["nope", "constructor", "__proto__"]) {
      const { code, stdout } = await torcon([...control, "/help", word]);
      assert.deepEqual([code, stdout], [1, ""]);
    }
  });
});
