// deno-lint-ignore-file no-control-regex -- what steers a terminal is what this is about
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { commandLine, outcome, SLOW, torcon } from "./_torcon.ts";

const EVIL = "\x1b[2J\x9bevil\u202e";

/** Runs the command at a terminal: `script` makes one. */
async function atTerminal(args: readonly string[], env: Record<string, string> = {}) {
  const quoted = commandLine(args).map((word) => `'${word}'`).join(" ");
  const runtime = await detectRuntime();
  await using program = await runtime.spawn("script", {
    args: ["--quiet", "--return", "--command", `stty cols 80; ${quoted}`, "/dev/null"],
    env: { NO_COLOR: "", TERM: "xterm", DENO_NO_UPDATE_CHECK: "1", ...env },
  });
  const { code, stdout } = await outcome(program);
  return { code, text: stdout.replaceAll("\r\n", "\n") };
}

describe("torcon at a terminal", () => {
  let port: ScriptedControlPort;
  let control: string[];

  before(async () => {
    port = await ScriptedControlPort.start();
    port.always(/^SETEVENTS/).reply("250 OK");
    port.always(/^GETINFO/).replyWith(({ args }) => {
      return args === "contact"
        ? ["250+contact=", "one", EVIL, ".", "250 OK"]
        : [...args.split(" ").map((key) => `250-${key}=${EVIL}`), "250 OK"];
    });
    control = ["--control", port.address];
  });
  after(() => port[Symbol.asyncDispose]());

  it("has colours there, but for NO_COLOR and terminals that have none", SLOW, async () => {
    const colored = await atTerminal(["status", ...control]);
    assert.equal(colored.code, 0);
    assert.match(colored.text, /^\x1b\[1mTor .*\x1b\[0m$/m);
    for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }] as Record<string, string>[]) {
      const { text } = await atTerminal(["status", ...control], env);
      assert.match(text, /^Tor /m);
      assert.ok(!text.includes("\x1b"));
    }
    const piped = await torcon(["status", ...control]);
    assert.ok(!piped.stdout.includes("\x1b"));
  });

  it("lets nothing steer it, and changes nothing in a pipe", SLOW, async () => {
    const { text } = await atTerminal(["info", "contact", ...control]);
    assert.equal(text, "one\n\\x1b[2J\\x9bevil\\u202e\n");
    const json = await atTerminal(["info", "contact", "--json", ...control]);
    assert.doesNotMatch(json.text, /[\x1b\x9b\u202e]/);
    assert.equal(JSON.parse(json.text).value, `one\n${EVIL}`);
    const piped = await torcon(["info", "contact", ...control]);
    assert.equal(piped.stdout, `one\n${EVIL}\n`);
    const status = await torcon(["status", ...control]);
    assert.match(status.stdout, /^network +\\x1b\[2J\\x9bevil\\u202e$/m);
  });

  it("tells errors in colour and on one line", SLOW, async () => {
    const { code, text } = await atTerminal(["status", "--control", "unix:/nonexistent/c"]);
    assert.equal(code, 3);
    assert.match(text, /^\x1b\[31mtorcon:\x1b\[0m No Tor answers[^\n]+\n$/);
  });
});
