import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { after, before, describe, it } from "node:test";
import { Cli } from "../../lib/cli/cli.ts";
import { completeWords } from "../../lib/cli/completion/complete_words.ts";
import { SHELL_SCRIPTS } from "../../lib/cli/completion/shell_scripts.ts";
import { matching, plainSuggestions } from "../../lib/cli/completion/suggestion.ts";
import { makeProgram } from "../../lib/cli/program.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Output } from "../../lib/runtime/stdio.ts";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { Tmux } from "./_tmux.ts";
import { commandLine, SLOW, torcon } from "./_torcon.ts";

type Program = ReturnType<typeof makeProgram>;

const SILENT: Output = {
  isTerminal: false,
  columns: undefined,
  write: () => Promise.reject(new Error("Completion writes nothing")),
};

async function newProgram(): Promise<Program> {
  const stdio = {
    args: [],
    stdin: new ReadableStream<Uint8Array>(),
    isInteractive: false,
    stdout: SILENT,
    stderr: SILENT,
    onExit: () => () => {},
    exit: () => assert.fail("Completion ends nothing"),
  };
  const { signal } = new AbortController();
  return makeProgram(
    new Cli({ stdio, runtime: await detectRuntime(), signal, interrupt: () => {} }),
  );
}

/** What the last of the words may be. */
async function words(program: Program, line: string): Promise<string[]> {
  const { suggestions } = await completeWords(program, line.split(" "));
  return suggestions.map(({ value }) => value);
}

describe("completeWords()", () => {
  let program: Program;

  before(async () => {
    program = await newProgram();
  });

  it("knows every command with all its options, of which it is told by the program", async () => {
    const check = async (command: Program, path: string) => {
      const help = command.createHelp();
      const names = help.visibleCommands(command).map((child) => child.name());
      if (names.length > 0) assert.deepEqual(await words(program, path), names);
      const options = await words(program, `${path}--`);
      for (const { long } of command.options) assert.ok(options.includes(long!), `${path}${long}`);
      assert.ok(options.includes("--json") && options.includes("--help"), path);
      for (const child of command.commands) await check(child, `${path}${child.name()} `);
    };
    await check(program, "");
    assert.ok(!(await words(program, "")).includes("complete-words"));
  });

  const cases: [line: string, expected: readonly string[]][] = [
    ["sta", ["status"]],
    ["help rel", ["relays"]],
    ["onion help au", ["auth"]],
    ["config un", ["unset"]],
    ["relays --flag bad", ["BadExit"]],
    ["relays --flag Exit --flag g", ["Guard"]],
    ["relays --sort na", ["name"]],
    ["relays --sort=na", ["--sort=name"]],
    ["relays --sort = na", ["name"]],
    ["circuits --purpose hs_client_r", ["HS_CLIENT_REND"]],
    ["--json events circ_", ["CIRC_MINOR", "CIRC_BW"]],
    ["events BW --count 3 newc", ["NEWCONSENSUS"]],
    ["config get safes", ["SafeSocks"]],
    ["config set SafeL", ["SafeLogging"]],
    ["config unset SafeSocks safel", ["SafeLogging"]],
    ["info traffic/r", ["traffic/read"]],
    ["control getinfo traffic/r", ["traffic/read"]],
    ["control SIGNAL newn", ["NEWNYM"]],
    ["completions z", ["zsh"]],
    ["resolve -- --js", []],
    ["resolve ", []],
    ["nonsense ", []],
    ["status --timeo", []],
  ];
  for (const [line, expected] of cases) {
    it(`completes \`${line}\``, async () => {
      assert.deepEqual(await words(program, line), expected);
    });
  }

  it("leaves names of files and directories to the shell", async () => {
    const paths = async (line: string) => (await completeWords(program, line.split(" "))).paths;
    assert.equal(await paths("--password-file x"), "files");
    assert.equal(await paths("launch --torrc="), "files");
    assert.equal(await paths("fetch -o "), "files");
    assert.equal(await paths("onion serve "), "directories");
    assert.equal(await paths("onion serve ./site "), undefined);
    assert.equal(await paths("launch --data-directory "), "directories");
  });

  it("keeps what is typed where words spell its beginning differently", () => {
    const found = matching(plainSuggestions(["DNSPort", "DnsX", "Other"]), "dns");
    assert.deepEqual(found.map(({ value }) => value), ["dnsPort", "dnsX"]);
    const alike = matching(plainSuggestions(["SafeSocks", "SafeLogging"]), "safe");
    assert.deepEqual(alike.map(({ value }) => value), ["SafeSocks", "SafeLogging"]);
  });
});

describe("torcon completions", () => {
  let directory: string;

  before(async () => {
    directory = await mkdtemp(`${tmpdir()}/torcon-test-`);
    await mkdir(`${directory}/a site`);
    await writeFile(`${directory}/the torrc`, "");
    const quoted = commandLine([]).map((word) => `'${word}'`).join(" ");
    const own = `torcon() { ${quoted} "$@"; }\nPS1='$ '\ncd '${directory}'\n`;
    await writeFile(`${directory}/bashrc`, own + SHELL_SCRIPTS.bash);
  });
  after(() => rm(directory, { recursive: true }));

  it("prints the script for each shell, and refuses others", SLOW, async () => {
    const [bash, fish, other] = await Promise.all(
      ["bash", "fish", "tcsh"].map((shell) => torcon(["completions", shell])),
    );
    assert.deepEqual(bash, { code: 0, stdout: SHELL_SCRIPTS.bash, stderr: "" });
    assert.deepEqual(fish, { code: 0, stdout: SHELL_SCRIPTS.fish, stderr: "" });
    assert.equal(other!.code, 2);
  });

  it("answers the shells by lines of words with what they are", SLOW, async () => {
    const { stdout } = await torcon(["complete-words", "--", "config", "get", "SafeS"]);
    assert.equal(stdout, "SafeSocks\tBoolean\n");
    const files = await torcon(["complete-words", "--", "--password-file", ""]);
    assert.equal(files.stdout, ":files\n");
  });

  it("asks no Tor, though one is named", SLOW, async () => {
    await using port = await ScriptedControlPort.start();
    const asked = ["--control", port.address, "config", "get", "SafeS"];
    const { stdout } = await torcon(["complete-words", "--", ...asked]);
    assert.equal(stdout, "SafeSocks\tBoolean\n");
    assert.equal(port.received.length, 0);
    // It would be seen.
    await torcon(["info", "version", "--control", port.address]);
    assert.ok(port.received.length > 0);
  });

  it("completes in bash", SLOW, async () => {
    const words = ["/bin/bash", "--rcfile", `${directory}/bashrc`, "-i"];
    await using terminal = await Tmux.start(words, { columns: 100 });
    await terminal.until(/^\$$/m);
    const completed: [typed: string, line: string][] = [
      ["torcon rel", "torcon relays"],
      ["torcon relays --sort=na", "torcon relays --sort=name"],
      ["torcon config get safes", "torcon config get SafeSocks"],
      ["torcon launch --torrc th", "torcon launch --torrc the\\ torrc"],
      ["torcon onion serve ", "torcon onion serve a\\ site/"],
      ["torcon control SETCONF safes", "torcon control SETCONF SafeSocks="],
    ];
    for (const [typed, line] of completed) {
      await terminal.type(typed);
      await terminal.press("Tab");
      await terminal.until((text) => text.split("\n").some((one) => one.trim() === `$ ${line}`));
      await terminal.press("C-u");
      await terminal.until(/^\$$/m);
    }
    await terminal.type("exit\n");
    await terminal.ended();
  });
});
