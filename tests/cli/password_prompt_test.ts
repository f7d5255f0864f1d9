import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type LoneTor, startLoneTor } from "../../lib/testing/lone_tor.ts";
import { formatAddress } from "../../lib/util/address.ts";
import { Tmux } from "./_tmux.ts";
import { commandLine, SLOW } from "./_torcon.ts";

const PASSWORD = "correct horse";

describe("torcon's question for a password", () => {
  let tor: LoneTor;
  let control: string[];

  before(async () => {
    tor = await startLoneTor({ password: PASSWORD, authentication: ["HASHEDPASSWORD"] });
    control = ["--control", formatAddress(tor.control)];
  }, SLOW);
  after(() => tor[Symbol.asyncDispose]());

  /** Runs a command at a terminal until it asks. */
  async function asked(...args: string[]): Promise<Tmux> {
    const terminal = await Tmux.start(commandLine([...args, ...control]), { columns: 200 });
    await terminal.until(/^Password for \S+:$/m);
    return terminal;
  }

  it("is asked again after a wrong one, and shows none of them", SLOW, async () => {
    await using terminal = await asked("info", "process/pid");
    await terminal.type("wrong battery\n");
    await terminal.until(/^Wrong password\nPassword for \S+:$/m);
    await terminal.type(`${PASSWORD}\n`);
    assert.deepEqual(await terminal.ended(), { code: 0, isModeRestored: true });
    const lines = await terminal.until(new RegExp(`^${tor.pid}$`, "m"));
    assert.doesNotMatch(lines.join("\n"), /wrong battery|horse/);
  });

  it("shows nothing behind Ctrl-Z, and gives the terminal back at a signal", SLOW, async () => {
    for (const [name, code] of [["SIGTERM", 143], ["SIGHUP", 129]] as const) {
      await using terminal = await asked("info", "process/pid");
      await terminal.press("C-z");
      await terminal.type("half");
      await terminal.signal(name);
      assert.deepEqual(await terminal.ended(), { code, isModeRestored: true });
      assert.doesNotMatch((await terminal.screen()).join("\n"), /half/);
    }
  });

  it("lets the prompt have the terminal afterwards", SLOW, async () => {
    await using terminal = await asked("control");
    await terminal.type(`${PASSWORD}\n`);
    await terminal.until(/^torcon>$/m);
    await terminal.type("GETINFO process/pid\n");
    await terminal.until(
      new RegExp(`^torcon> GETINFO process/pid\n250-process/pid=${tor.pid}\n`, "m"),
    );
    await terminal.press("C-d");
    assert.deepEqual(await terminal.ended(), { code: 0, isModeRestored: true });
  });

  it("ends after three wrong ones, by Ctrl-D and by Ctrl-C", SLOW, async () => {
    const ends: [code: number, told: RegExp, press: (terminal: Tmux) => Promise<void>][] = [
      [4, /check the password$/m, async (terminal) => {
        for (const count of [1, 2, 3]) {
          await terminal.until((text) => text.split("Password for").length === count + 1);
          await terminal.type("guess\n");
        }
      }],
      [4, /torcon: .*--password-file/, (terminal) => terminal.press("C-d")],
      [130, /^Password for \S+:$/m, async (terminal) => {
        await terminal.type("half");
        await terminal.press("C-c");
      }],
    ];
    await Promise.all(ends.map(async ([code, told, press]) => {
      await using terminal = await asked("info", "process/pid");
      await press(terminal);
      assert.deepEqual(await terminal.ended(), { code, isModeRestored: true });
      const lines = await terminal.until(told);
      assert.doesNotMatch(lines.join("\n"), /guess|half/);
    }));
  });
});
