// deno-lint-ignore-file no-control-regex -- colours are what is looked for
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import process from "node:process";
import { describe, it } from "node:test";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { Tmux, type TmuxOptions } from "./_tmux.ts";
import { commandLine, SLOW } from "./_torcon.ts";

const PROMPT = /^torcon>$/m;

/** The prompt at a terminal, on a port that follows a script. */
async function startPrompt(port: ScriptedControlPort, options: TmuxOptions = {}): Promise<Tmux> {
  const terminal = await Tmux.start(commandLine(["control", "--control", port.address]), {
    columns: 120,
    ...options,
  });
  await terminal.until(PROMPT);
  return terminal;
}

/** A port that answers what the prompts of these tests ask. */
async function startPort(): Promise<ScriptedControlPort> {
  const port = await ScriptedControlPort.start();
  port.always(/^SETEVENTS/).reply("250 OK");
  port.always("GETINFO circuit-status").reply(
    "250-circuit-status=4711 BUILT $A PURPOSE=GENERAL",
    "250 OK",
  );
  port.always(/^(AUTHENTICATE|SETCONF|CLOSECIRCUIT)/).reply("250 OK");
  port.always(/^GETINFO nope/).reply("552 Unrecognized key \x1b[2J");
  return port;
}

describe("the prompt of torcon control", () => {
  it("completes commands, keys, options, events, signals and circuits", SLOW, async () => {
    await using port = await startPort();
    await using terminal = await startPrompt(port);
    const completed: [typed: string, line: string][] = [
      ["getin", "GETINFO"],
      ["GETINFO traffic/rea", "GETINFO traffic/read"],
      ["getinfo version CONFIG-T", "getinfo version config-text"],
      ["SETCONF safes", "SETCONF SafeSocks="],
      ["SETEVENTS BW circ_m", "SETEVENTS BW CIRC_MINOR"],
      ["SIGNAL newn", "SIGNAL NEWNYM"],
      ["CLOSECIRCUIT 4", "CLOSECIRCUIT 4711"],
      ["/help getc", "/help GETCONF"],
      ["+LOADC", "+LOADCONF"],
    ];
    for (const [typed, line] of completed) {
      await terminal.type(typed);
      await terminal.press("Tab");
      await terminal.until((text) => text.split("\n").includes(`torcon> ${line}`));
      await terminal.press("C-c");
      await terminal.until(PROMPT);
    }
    await terminal.type("GETINFO net/listen");
    await terminal.press("Tab");
    await terminal.until(/^torcon> GETINFO net\/listeners\/$/m);
    await terminal.press("Tab");
    await terminal.until(/net\/listeners\/control\s+net\/listeners\/dir/);
  });

  it("shows replies, and lets none of them steer the terminal", SLOW, async () => {
    await using port = await startPort();
    await using terminal = await startPrompt(port);
    await terminal.type("GETINFO version\nGETINFO nope\nhelp SIGNAL\n");
    await terminal.until(/^250-version=0\.4\.9\.11\n250 OK\n/m);
    await terminal.until(/^552 Unrecognized key \\x1b\[2J\n/m);
    await terminal.until(
      /^SIGNAL SIGNAL\n.*\n {2}Example: SIGNAL NEWNYM\n.*section 3\.7\ntorcon>$/m,
    );
    assert.match(await terminal.colors(), /\x1b\[31m552 Unrecognized/);
  });

  it("shows events above the line that is typed", SLOW, async () => {
    await using port = await startPort();
    await using terminal = await startPrompt(port, { columns: 40 });
    await terminal.type("/events BW\n");
    await terminal.until(/^250 OK\ntorcon>$/m);
    // It needs two rows, of which the second is short.
    await terminal.type("GETINFO config-defaults/and/more");
    await terminal.until(/^torcon> GETINFO config-defaults\/and\/more$/m);
    await port.send("650 BW 3 4\r\n");
    await terminal.until(
      /^250 OK\nBW read=3 written=4\ntorcon> GETINFO config-defaults\/and\/more$/m,
    );
    await terminal.type("/and/yet/more");
    await terminal.until(/^torcon> GETINFO config-defaults\/and\/more\n\/and\/yet\/more$/m);
    await port.send("650 BW 5 6\r\n650 BW 7 8\r\n");
    await terminal.until(
      /written=4\nBW read=5 written=6\nBW read=7 written=8\ntorcon> GETINFO config-defaults\/and\/more\n\/and\/yet\/more$/m,
    );
    await terminal.press("C-u");
    await terminal.type("/events\n");
    await port.waitFor("SETEVENTS");
  });

  it("sends no line that is not finished when its terminal is closed", SLOW, async () => {
    await using port = await startPort();
    const terminal = await startPrompt(port);
    const connection = await port.whenConnected();
    await terminal.type("CLOSECIRCUIT 4711");
    await terminal.until(/^torcon> CLOSECIRCUIT 4711$/m);
    await terminal[Symbol.asyncDispose]();
    await connection.closed;
    assert.ok(!port.received.some(({ keyword }) => keyword === "CLOSECIRCUIT"));
  });

  it("gives lines back by the arrow keys, but for those with a secret", SLOW, async () => {
    await using port = await startPort();
    port.always(/^\+?LOADCONF/).reply("250 OK");
    const home = await mkdtemp(`${tmpdir()}/torcon-test-`);
    // Deno's own cache is where it was.
    const env = { HOME: home, DENO_DIR: process.env["DENO_DIR"] ?? `${homedir()}/.cache/deno` };
    await using terminal = await startPrompt(port, { env });
    await terminal.type(
      'GETINFO version\nAUTHENTICATE "hunter2"\nSETCONF Socks5ProxyPassword=hunter2\n' +
        "+LOADCONF\nhunter\n.\n".repeat(2),
    );
    await terminal.until((text) =>
      text.split("250 OK").length === 6 && text.trimEnd().endsWith("250 OK\ntorcon>")
    );
    await terminal.press("Up");
    await terminal.until(/250 OK\ntorcon> \+LOADCONF$/m);
    await terminal.press("Up");
    await terminal.until(/250 OK\ntorcon> GETINFO version$/m);
    await terminal.press("C-u");
    await terminal.press("C-d");
    await terminal.ended();
    // And no file has them: there is nothing but Bun's own.
    assert.deepEqual((await readdir(home)).filter((name) => name !== ".bun"), []);
    await rm(home, { recursive: true });
  });

  it("waits for no Tor that does not answer", SLOW, async () => {
    await using port = await startPort();
    const never = new Promise(() => {});
    port.always("GETINFO circuit-status").wait(never);
    port.always("SETEVENTS BW").wait(never);
    await using terminal = await startPrompt(port);
    await terminal.type("CLOSECIRCUIT 47");
    await terminal.press("Tab");
    await port.waitFor("GETINFO circuit-status");
    await terminal.type("12");
    await terminal.until(/^torcon> CLOSECIRCUIT 4712$/m);
    await terminal.press("C-u");
    await terminal.type("/events BW\n");
    await port.waitFor("SETEVENTS BW");
    await terminal.press("C-c");
    assert.deepEqual(await terminal.ended(), { code: 130, isModeRestored: true });
  });

  it("comes back after Ctrl-Z", SLOW, async () => {
    await using port = await startPort();
    const words = ["/usr/bin/env", "bash", "--norc", "-i"];
    await using terminal = await Tmux.start(words, { columns: 200, env: { HISTFILE: "" } });
    const command = commandLine(["control", "--control", port.address]);
    await terminal.type(`PS1='$ '; ${command.map((word) => `'${word}'`).join(" ")}\n`);
    await terminal.until(PROMPT);
    await terminal.type("GETINFO");
    await terminal.until(/^torcon> GETINFO$/m);
    await terminal.press("C-z");
    await terminal.until(/Stopped.*\n\$$/m);
    await terminal.type("fg\n");
    await terminal.until(/^\$ fg\n(.*\n)*torcon> GETINFO$/m);
    await terminal.type(" version\n");
    await terminal.until(/^250-version=0\.4\.9\.11\n250 OK\ntorcon>$/m);
    await terminal.press("C-d");
    await terminal.until(/^torcon>\n\$$/m);
  });

  it("ends by Ctrl-D, /quit, signals, and Ctrl-C where no line is typed", SLOW, async () => {
    await using port = await startPort();
    const ends: [code: number, press: (terminal: Tmux) => Promise<void>][] = [
      [0, (terminal) => terminal.press("C-d")],
      [0, (terminal) => terminal.type("/quit\n")],
      [143, (terminal) => terminal.signal("SIGTERM")],
      [129, (terminal) => terminal.signal("SIGHUP")],
      [130, async (terminal) => {
        await terminal.type("GETINFO");
        await terminal.until(/^torcon> GETINFO$/m);
        await terminal.press("C-c");
        await terminal.until(PROMPT);
        await terminal.press("C-c");
      }],
    ];
    await Promise.all(ends.map(async ([code, press]) => {
      await using terminal = await startPrompt(port);
      await press(terminal);
      assert.deepEqual(await terminal.ended(), { code, isModeRestored: true });
    }));
  });

  it("tells when Tor goes away, and gives the terminal back", SLOW, async () => {
    await using port = await startPort();
    await using terminal = await startPrompt(port);
    await port.closeConnections();
    assert.deepEqual(await terminal.ended(), { code: 1, isModeRestored: true });
    await terminal.until(/^torcon>\ntorcon: .*Tor/m);
  });
});
