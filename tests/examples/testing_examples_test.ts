import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import { useNetwork } from "../_support/network.ts";
import { SLOW } from "./_example.ts";

// On Node it is compiled, as is this file, and the root is that of the package.
const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf("."));
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const EXAMPLES = `${ROOT}examples/testing`;
const PROGRAM = `retire_failing_circuits${EXTENSION}`;

/** How each runtime tests a file by its own test runner, and only the tests with the script. */
const RUNNERS: Record<string, { command: string[]; scripted: string[] }> = {
  deno: {
    command: ["test", "--no-check", "--allow-all", `--config=${ROOT}deno.json`],
    scripted: ["--filter=scripted"],
  },
  bun: { command: ["test"], scripted: ["--test-name-pattern=scripted"] },
  node: {
    command: ["--test", "--test-reporter=spec"],
    scripted: ["--test-name-pattern=scripted"],
  },
};

describe("the examples of tests", () => {
  let name: string;
  let network: PrivateNetwork;
  let directory: string;

  before(async () => {
    ({ name } = await detectRuntime());
    network = await useNetwork();
    directory = await mkdtemp(`${tmpdir()}/torcon-testing-examples-`);
  }, SLOW);
  after(async () => {
    await network?.[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  /** Runs the runtime's own test file in a folder: the exit code, and how many tests passed and failed. */
  async function runTests(folder: string, args: readonly string[] = []) {
    const { NODE_TEST_CONTEXT: _, ...env } = process.env; // else Node does not test within a test
    const command = [...RUNNERS[name]!.command, ...args, `${folder}/${name}_test${EXTENSION}`];
    const { code, output } = await new Promise<{ code: unknown; output: string }>((resolve) => {
      execFile(process.execPath, command, {
        env: {
          ...env,
          TORCON_TEST_NETWORK: JSON.stringify(network),
          NO_COLOR: "1",
          DENO_NO_UPDATE_CHECK: "1",
        },
      }, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, output: stdout + stderr }));
    });
    const count = (what: string) =>
      Number(
        new RegExp(`\\b(\\d+) ${what}|\\b${what} (\\d+)$`, "m").exec(output)?.slice(1).join("") ??
          0,
      );
    return { code, passed: count("pass"), failed: count("fail"), output };
  }

  it("pass under the runtime's own test runner", SLOW, async () => {
    const { output, ...counts } = await runTests(EXAMPLES);
    assert.deepEqual(counts, { code: 0, passed: 3, failed: 0 }, output);
  });

  it("fail where the program is broken", SLOW, async () => {
    const source = await readFile(`${EXAMPLES}/${PROGRAM}`, "utf8");
    const broken = source.replace("count !== limit", "count !== 1");
    assert.notEqual(broken, source);
    await copyFile(`${EXAMPLES}/${name}_test${EXTENSION}`, `${directory}/${name}_test${EXTENSION}`);
    await writeFile(`${directory}/${PROGRAM}`, broken);
    await makeResolvable(directory);

    const { output, ...counts } = await runTests(directory, RUNNERS[name]!.scripted);
    assert.deepEqual(counts, { code: 1, passed: 1, failed: 1 }, output);
  });

  /** Lets what is in a folder import torcon by its name. */
  async function makeResolvable(folder: string): Promise<void> {
    await writeFile(`${folder}/package.json`, '{ "type": "module" }');
    const paths = {
      "@torcon/torcon": [`${ROOT}mod.ts`],
      "@torcon/torcon/testing": [`${ROOT}lib/testing/mod.ts`],
    };
    if (name === "bun") {
      await writeFile(`${folder}/tsconfig.json`, JSON.stringify({ compilerOptions: { paths } }));
    } else if (name === "node") {
      await mkdir(`${folder}/node_modules/@torcon`, { recursive: true });
      await symlink(ROOT, `${folder}/node_modules/@torcon/torcon`, "dir");
    }
  }
});
