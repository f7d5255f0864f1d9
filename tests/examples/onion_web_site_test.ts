import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import { useNetwork } from "../_support/network.ts";

const SLOW = { timeout: 120_000 };
const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf("."));
const EXAMPLE = fileURLToPath(
  new URL(`../../examples/onion_web_site${EXTENSION}`, import.meta.url),
);

/** A program that runs, and what it has printed. */
interface Program {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  readonly printed: { out: string; err: string };
  /** Resolves when it has printed the text. */
  readonly hasPrinted: (text: string) => Promise<void>;
}

describe("examples/onion_web_site", () => {
  let network: PrivateNetwork;
  let directory: string;

  /** Starts the example on the runtime of this test, with the permissions that it tells of. */
  function start(args: readonly string[]): Program {
    const permissions = [
      "--allow-net",
      "--allow-run=tor,sh",
      `--allow-read=${directory}`,
      `--allow-write=${directory}`,
    ];
    const command = "Deno" in globalThis ? ["run", "--no-prompt", ...permissions] : [];
    const all = [...command, EXAMPLE, "--torrc", `${directory}/torrc`, ...args];
    const child = spawn(process.execPath, all, {
      env: { ...process.env, TMPDIR: directory, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const printed = { out: "", err: "" };
    child.stderr!.on("data", (chunk) => printed.err += chunk);
    const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
      child.on("close", (code, signal) => resolve({ code, signal }));
    });
    child.stdout!.on("data", (chunk) => printed.out += chunk);
    const hasPrinted = (text: string) =>
      new Promise<void>((resolve, reject) => {
        const look = () => printed.out.includes(text) && resolve();
        child.stdout!.on("data", look);
        child.on("close", () => reject(new Error(`It ended: ${printed.out}${printed.err}`)));
        look();
      });
    return { child, ended, printed, hasPrinted };
  }

  before(async () => {
    network = await useNetwork();
    directory = await mkdtemp(`${tmpdir()}/torcon-test-`);
    await writeFile(`${directory}/torrc`, network.clientTorrc);
  }, SLOW);
  after(async () => {
    await rm(directory, { recursive: true });
    await network?.[Symbol.asyncDispose]();
  });

  it("serves a page, and fetches it from its onion address", SLOW, async () => {
    const { ended, printed } = start(["--visit"]);
    assert.deepEqual(await ended, { code: 0, signal: null }, printed.err);
    assert.equal(printed.err, "");
    const lines = printed.out.split("\n");
    const at = lines.findIndex((line) => line.startsWith("The site is at "));
    const [url] = /http:\/\/[a-z2-7]{56}\.onion\/$/.exec(lines[at]!) ?? [];
    assert.match(lines[at - 1]!, /^\[#{20}\] 100 % {2}Published at \d+ of \d+ directories/);
    assert.deepEqual(lines.slice(at + 1), [
      "",
      `fetched ${url}: status 200`,
      "  <!doctype html><title>Hidden</title><p>You are visitor 1 of this site",
      "",
      "The site is shut down",
      "",
    ]);
    assert.deepEqual(await readdir(directory), ["torrc"]);
  });

  it("serves until it is interrupted, and leaves nothing", SLOW, async () => {
    const { child, ended, printed, hasPrinted } = start([]);
    await hasPrinted("The site is at ");
    assert.ok((await readdir(directory)).some((name) => name.startsWith("torcon-onion-")));
    child.kill("SIGINT");
    const { code, signal } = await ended;
    // Without the permission to send a signal Deno exits with its code.
    assert.ok(signal === "SIGINT" || code === 130, `${code} ${signal} ${printed.err}`);
    assert.deepEqual(await readdir(directory), ["torrc"]);
  });
});
