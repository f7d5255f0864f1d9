import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connect } from "../../lib/tor/connect.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { deferred } from "../../lib/util/deferred.ts";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { RawController } from "./_raw_controller.ts";

/** Runs `body` with a port and a controller that has authenticated. */
async function withController(
  body: (port: ScriptedControlPort, controller: RawController) => Promise<void>,
): Promise<void> {
  await using port = await ScriptedControlPort.start();
  await using controller = await RawController.connect(port.address);
  assert.equal(await controller.ask("AUTHENTICATE"), "250 OK");
  await body(port, controller);
}

describe("ScriptedControlPort", () => {
  it("answers the expected commands in order", () =>
    withController(async (port, controller) => {
      port.expect("GETINFO version").reply("250-version=1.2.3", "250 OK");
      port.expect(/^SIGNAL \w+$/).reply("250 OK");
      port.expect((command) => command.args === "ALL").reply("552 no");
      await controller.send("GETINFO version\r\nSIGNAL NEWNYM\r\nX ALL\r\n");
      assert.equal(
        await controller.readTo("no\r\n"),
        "250-version=1.2.3\r\n250 OK\r\n250 OK\r\n552 no\r\n",
      );
      port.assertDone();
    }));

  it("makes replies from the command", () =>
    withController(async (port, controller) => {
      port.always(/^ECHO/).replyWith(({ args }) => args.split(",").map((word) => `250 ${word}`));
      assert.equal(await controller.ask("ECHO one"), "250 one");
      await controller.send("ECHO two,three\r\n");
      assert.equal(await controller.readTo("three\r\n"), "250 two\r\n250 three\r\n");
    }));

  it("prefers what is expected to what always holds, and the later to the earlier", () =>
    withController(async (port, controller) => {
      port.always("PING").reply("250 early");
      port.always("PING").reply("250 late");
      port.expect("PING").reply("250 expected");
      assert.equal(await controller.ask("PING"), "250 expected");
      assert.equal(await controller.ask("PING"), "250 late");
    }));

  it("refuses an unexpected command with 510 and reports it", async () => {
    const port = await ScriptedControlPort.start();
    await using controller = await RawController.connect(port.address);
    await controller.ask("AUTHENTICATE");
    port.expect("GETINFO a").reply("250 OK");
    assert.equal(await controller.ask("GETINFO b"), '510 Unrecognized command "GETINFO"');
    const amiss = {
      name: "ScriptError",
      message: "The script was not followed: unexpected: GETINFO b; did not come: GETINFO a",
      unmet: ["GETINFO a"],
    };
    assert.throws(() => port.assertDone(), amiss);
    await assert.rejects(async () => await port[Symbol.asyncDispose](), amiss);
  });

  it("reports a script's function that throws", async () => {
    const port = await ScriptedControlPort.start();
    await using controller = await RawController.connect(port.address);
    await controller.ask("AUTHENTICATE");
    port.expect("PING").replyWith(() => {
      throw new Error("broken script");
    });
    await controller.send("PING\r\nGETINFO version\r\n");
    assert.equal(await controller.readTo("\r\n"), "250-version=0.4.9.11\r\n");
    assert.throws(() => port.assertDone(), /broken script/);
    await port.close();
  });

  it("turns away a controller that has not authenticated", async () => {
    const port = await ScriptedControlPort.start();
    port.expect("GETINFO version").reply("250 OK");
    await using controller = await RawController.connect(port.address);
    await controller.send("GETINFO version\r\n");
    assert.equal(await controller.readAll(), "514 Authentication required.\r\n");
    assert.throws(() => port.assertDone(), /unexpected: GETINFO version/);
    await port.close();
  });

  it("understands multi-line commands", () =>
    withController(async (port, controller) => {
      const expectation = port.expect("LOADCONF").reply("250 OK");
      await controller.send("+LOADCONF\r\nSocksPort 0\r\n..dot\n\r\n.\r\n");
      assert.equal(await controller.readTo("\r\n"), "250 OK\r\n");
      assert.deepEqual(await expectation.received, {
        line: "LOADCONF",
        keyword: "LOADCONF",
        args: "",
        data: "SocksPort 0\n.dot\n",
      });
    }));

  it("records what comes, by port and by connection", () =>
    withController(async (port, controller) => {
      port.always("PING").reply("250 OK");
      await controller.ask("ping");
      await using second = await RawController.connect(port.address);
      await second.ask("AUTHENTICATE");
      await second.ask("PING");
      assert.deepEqual(port.received.map(({ line }) => line), [
        "AUTHENTICATE",
        "ping",
        "AUTHENTICATE",
        "PING",
      ]);
      assert.equal(port.connections.length, 2);
      assert.deepEqual(port.connections[1]?.received.map(({ line }) => line), [
        "AUTHENTICATE",
        "PING",
      ]);
    }).then(
      () => assert.fail("the lower-case command was not reported"),
      (error) => assert.deepEqual(error.unexpected.map((c: { line: string }) => c.line), ["ping"]),
    ));

  it("says nothing until it is told what", () =>
    withController(async (port, controller) => {
      const expectation = port.expect("PING");
      await controller.send("PING\r\n");
      await expectation.received;
      await port.send("650 BW 1 2\r\n");
      assert.equal(await controller.readTo("\r\n"), "650 BW 1 2\r\n");
      expectation.reply("250 late");
      assert.equal(await controller.readTo("\r\n"), "250 late\r\n");
    }));

  it("holds a reply, and sends events in its midst", () =>
    withController(async (port, controller) => {
      const hold = deferred<void>();
      port.expect("A").send("250-a\r\n").wait(hold.promise).reply("250 OK");
      port.expect("B").reply("250 b");
      await controller.send("A\r\nB\r\n");
      assert.equal(await controller.readTo("\r\n"), "250-a\r\n");
      assert.equal((await port.waitFor("B")).line, "B");
      await port.send("650 X\r\n");
      hold.resolve();
      assert.equal(await controller.readTo("b\r\n"), "650 X\r\n250 OK\r\n250 b\r\n");
    }));

  it("hangs up in the midst of a reply", () =>
    withController(async (port, controller) => {
      port.expect("A").send("250-half").close();
      await controller.send("A\r\n");
      assert.equal(await controller.readAll(), "250-half");
    }));

  it("drops its connections and takes new ones", () =>
    withController(async (port, controller) => {
      await port.closeConnections();
      assert.equal(await controller.readAll(), "");
      assert.equal(port.connections.length, 0);
      await assert.rejects(port.send("x"), /no controller is connected/);
      const arrival = port.whenConnected();
      await using second = await RawController.connect(port.address);
      await (await arrival).send("hello\r\n");
      assert.equal(await second.readTo("\r\n"), "hello\r\n");
    }));

  it("cuts what it sends at every byte", async () => {
    await using port = await ScriptedControlPort.start({ chunkSize: 1 });
    await using controller = await RawController.connect(port.address);
    assert.equal(await controller.ask("AUTHENTICATE"), "250 OK");
    assert.ok(controller.chunks > 1, `came in ${controller.chunks} chunk`);
    await assert.rejects(ScriptedControlPort.start({ chunkSize: 0 }), RangeError);
  });

  it("never mixes the pieces of two texts", async () => {
    await using port = await ScriptedControlPort.start({ chunkSize: 1 });
    await using controller = await RawController.connect(port.address);
    await controller.ask("AUTHENTICATE");
    await Promise.all([port.send("650 ONE 1\r\n"), port.send("650 TWO 2\r\n")]);
    assert.equal(await controller.readTo("2\r\n"), "650 ONE 1\r\n650 TWO 2\r\n");
  });

  it("sends bytes that are not UTF-8", () =>
    withController(async (port, controller) => {
      await port.send("650 X \udcff\r\n"); // the codec's own way to say the byte 255
      assert.equal(await controller.readTo("\r\n"), "650 X \ufffd\r\n");
    }));

  it("listens on a Unix socket, and leaves none behind", async () => {
    const runtime = await detectRuntime();
    if (runtime.platform === "win32") return;
    const directory = await runtime.makeTempDirectory("torcon-test-");
    try {
      const address = `unix:${directory}/control`;
      {
        await using port = await ScriptedControlPort.start({ address, runtime });
        assert.equal(port.address, address);
        await using tor = await connect({ control: port.address });
        assert.equal(tor.control.torVersion, "0.4.9.11");
      }
      assert.deepEqual(await runtime.readDirectory(directory), []);
    } finally {
      await runtime.remove(directory, { recursive: true });
    }
  });

  it("gives up what waits when it is closed", async () => {
    const port = await ScriptedControlPort.start();
    const waits = [
      port.waitFor("NEVER"),
      port.whenConnected(),
      port.expect("NEITHER").received,
      port.waitFor("NOR", { signal: AbortSignal.abort(new Error("gave up")) }),
    ];
    const ended = Promise.allSettled(waits);
    await port.close();
    await port.close();
    const reasons = (await ended).map((result) =>
      result.status === "rejected" ? result.reason.message : "resolved"
    );
    assert.match(reasons[0], /NEVER/);
    assert.match(reasons[1], /closed before a controller connected/);
    assert.match(reasons[2], /NEITHER/);
    assert.equal(reasons[3], "gave up");
  });

  it("refuses an address that is taken", async () => {
    await using port = await ScriptedControlPort.start();
    await assert.rejects(ScriptedControlPort.start({ address: port.address }), {
      name: "AddressInUseError",
    });
  });
});

describe("ScriptedControlPort's authentication", () => {
  for (const methods of [["SAFECOOKIE"], ["COOKIE"], ["HASHEDPASSWORD"], ["NULL"]] as const) {
    it(`lets a controller in by ${methods[0]}`, async () => {
      await using port = await ScriptedControlPort.start({ authentication: { methods } });
      await using tor = await connect({ control: port.address, password: "password" });
      assert.equal(tor.control.torVersion, "0.4.9.11");
      const keywords = port.received.map(({ keyword }) => keyword);
      assert.equal(keywords.includes("AUTHCHALLENGE"), methods[0] === "SAFECOOKIE");
    });
  }

  it("tells the version that it was given", async () => {
    await using port = await ScriptedControlPort.start({ torVersion: "0.3.5.1-alpha" });
    await using tor = await connect({ control: port.address });
    assert.equal(tor.control.torVersion, "0.3.5.1-alpha");
    assert.equal(await tor.control.getInfo("version"), "0.3.5.1-alpha");
  });

  it("refuses a wrong password, as bytes and as text", async () => {
    const authentication = { methods: ["HASHEDPASSWORD"], password: 'se"cret' } as const;
    await using port = await ScriptedControlPort.start({ authentication });
    for (
      const [argument, answer] of [
        ['"se\\"cret"', "250 OK"],
        ["7365226372 6574".replace(" ", ""), "250 OK"],
        ['"secret"', "515 Authentication failed"],
        ["00", "515 Authentication failed"],
        ["zz", "515 Authentication failed"],
        ['"unended', "515 Authentication failed"],
      ] as const
    ) {
      await using controller = await RawController.connect(port.address);
      assert.equal(await controller.ask(`AUTHENTICATE ${argument}`), answer);
      if (answer.startsWith("515")) assert.equal(await controller.readAll(), "");
    }
  });

  it("refuses every controller where it is told to", async () => {
    await using port = await ScriptedControlPort.start({ authentication: { refuse: true } });
    await assert.rejects(connect({ control: port.address }), { name: "AuthenticationError" });
  });

  it("answers with a wrong server hash", async () => {
    const authentication = { methods: ["SAFECOOKIE"], wrongServerHash: true } as const;
    await using port = await ScriptedControlPort.start({ authentication });
    await assert.rejects(connect({ control: port.address }), /server's hash is wrong/);
    assert.equal(port.received.filter(({ keyword }) => keyword === "AUTHENTICATE").length, 0);
  });

  it("names a cookie file that is missing", async () => {
    const cookieFile = "/nowhere/at all/cookie";
    const authentication = { methods: ["COOKIE", "SAFECOOKIE"], cookieFile } as const;
    await using port = await ScriptedControlPort.start({ authentication });
    await assert.rejects(connect({ control: port.address }), /\/nowhere\/at all\/cookie/);
  });

  it("removes the cookie file that it made", async () => {
    const runtime = await detectRuntime();
    const port = await ScriptedControlPort.start({ authentication: { methods: ["COOKIE"] } });
    let file: string;
    {
      await using controller = await RawController.connect(port.address);
      await controller.send("PROTOCOLINFO 1\r\n");
      file = /COOKIEFILE="(.+)"/.exec(await controller.readTo("250 OK\r\n"))![1]!;
    }
    assert.deepEqual(await runtime.readFile(file), port.cookie);
    if (runtime.platform !== "win32") assert.equal((await runtime.stat(file))?.mode, 0o600);
    await port.close();
    assert.equal(await runtime.stat(file), undefined);
  });

  it("lets the script answer in its stead", async () => {
    await using port = await ScriptedControlPort.start();
    port.expect(/^PROTOCOLINFO/).reply("510 Command filtered");
    port.expect("AUTHENTICATE").reply("250 OK");
    port.expect("GETINFO events/names").reply("510 Command filtered");
    port.expect("GETINFO version").reply("510 Command filtered");
    await using tor = await connect({ control: port.address });
    assert.equal(tor.control.torVersion, undefined);
    port.assertDone();
  });

  it("rejects a challenge that is none", async () => {
    const authentication = { methods: ["SAFECOOKIE"] } as const;
    await using port = await ScriptedControlPort.start({ authentication });
    await using controller = await RawController.connect(port.address);
    assert.match(await controller.ask("AUTHCHALLENGE SAFECOOKIE zz"), /^513 /);
    assert.match(await controller.ask("AUTHCHALLENGE NONE 00"), /^513 /);
    assert.match(await controller.ask('AUTHCHALLENGE SAFECOOKIE "nonce"'), /^250 AUTHCHALLENGE /);
  });
});
