import { afterEach, beforeEach, describe, it } from "node:test";
import assert from "node:assert/strict";
import { run } from "../../scripts/support/run.ts";

const root = new URL("../../", import.meta.url).pathname;

/** What a machine has besides the programs of every Unix. */
interface Machine {
  /** The system, by `uname -s`; default Linux. */
  system?: string;
  /** Debian's package tools are there; default true. */
  debian?: boolean;
  /** Tor is installed; default true. */
  tor?: boolean;
  /** curl is installed; default true. */
  curl?: boolean;
  /** Node's version; default one that is new enough. */
  node?: string;
  /** How a user becomes root: already is, by sudo without a password, or not at all. */
  root?: "is" | "sudo" | "no";
  /** Whether apt-get and npm reach the network; default true. */
  network?: boolean;
  /** Whether npm runs the scripts of packages; default true. */
  installScripts?: boolean;
}

const COREUTILS = "sh dirname cat cmp grep tail mktemp rm env printf tee chmod mkdir sleep touch"
  .split(" ");
const TOOLS = ["deno", "bun", "tsc", "workerd"];

describe("scripts/setup", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await Deno.makeTempDir({ prefix: "torcon_setup_" });
    await Deno.mkdir(`${folder}/project/scripts`, { recursive: true });
    await Deno.mkdir(`${folder}/bin`);
    await Deno.copyFile(`${root}scripts/setup`, `${folder}/project/scripts/setup`);
    await Deno.writeTextFile(`${folder}/project/package-lock.json`, "{}");
  });

  afterEach(() => Deno.remove(folder, { recursive: true }));

  const program = async (name: string, script: string) => {
    const path = `${folder}/bin/${name}`;
    await Deno.remove(path).catch(() => {});
    await Deno.writeTextFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  };

  /** Programs that say to `calls` that they were called. */
  async function prepare(machine: Machine): Promise<void> {
    const { system = "Linux", debian = true, tor = true, node = "20.19.0" } = machine;
    const { curl = true } = machine;
    const { root = "is", network = true, installScripts = true } = machine;
    const { stdout } = await run("sh", [
      "-c",
      `for p in ${COREUTILS.join(" ")}; do
      command -v $p; done`,
    ]);
    for (const path of stdout.split("\n").filter((path) => path.startsWith("/"))) {
      await Deno.symlink(path, `${folder}/bin/${path.split("/").at(-1)}`);
    }
    const log = `echo "\${0##*/} $*" >>${folder}/calls`;
    await program("uname", `[ "$1" = -s ] && echo ${system} || echo ${system} x86_64`);
    await program("id", `echo ${root === "is" ? 0 : 1000}`);
    const install = `for p in tor tor-gencert curl; do
      touch ${folder}/bin/$p; chmod 755 ${folder}/bin/$p; done`;
    if (curl) await program("curl", "");
    if (tor) { for (const name of ["tor", "tor-gencert"]) await program(name, ""); }
    if (debian) {
      await program("dpkg-query", "printf installed");
      await program(
        "apt-get",
        `${log}
        case "$*" in
          *update*) touch ${folder}/lists; exit ${network ? 0 : 100} ;;
          *install*) if [ -e ${folder}/lists ] && ${network}; then ${install}
            else echo "E: Unable to locate package tor"; exit 100; fi ;;
        esac`,
      );
    }
    if (root === "sudo") {
      await program(
        "sudo",
        `${log}; shift; case $1 in tee | chmod | rm | systemctl) ;; *) "$@" ;; esac`,
      );
    } else if (root === "no") await program("sudo", "exit 1");
    await program("update-rc.d", log);
    await program(
      "node",
      `case $1 in
        --version) echo v${node} ;;
        -e) [ ${node} != 18.0.0 ] ;;
        *) ${log}; for t in ${TOOLS.join(" ")}; do
          printf '#!/bin/sh\\n' >${folder}/project/node_modules/.bin/$t; done ;;
      esac`,
    );
    await program(
      "npm",
      `case $1 in
        config) echo https://registry.test/ ;;
        ci) ${log}; ${network} || exit 1
          rm -rf node_modules; mkdir -p node_modules/.bin
          for p in deno bun workerd; do mkdir node_modules/$p; done
          for t in ${TOOLS.join(" ")}; do
            printf '#!/bin/sh\\nexit ${installScripts ? 0 : 1}\\n' >node_modules/.bin/$t
            chmod 755 node_modules/.bin/$t; done ;;
      esac`,
    );
  }

  async function setup(...args: string[]) {
    const env = { PATH: `${folder}/bin` };
    const script = `${folder}/project/scripts/setup`;
    const result = await run(`${folder}/bin/sh`, [script, ...args], { env });
    const calls = await Deno.readTextFile(`${folder}/calls`).catch(() => "");
    await Deno.remove(`${folder}/calls`).catch(() => {});
    return { ...result, calls };
  }

  it("installs once, and then changes nothing", async () => {
    await prepare({});
    const first = await setup();
    assert.equal(first.code, 0, first.output);
    assert.match(first.calls, /^npm ci /);
    const { leftProcesses: _, ...second } = await setup();
    assert.deepEqual(second, { code: 0, stdout: "", output: "", calls: "" });
  });

  it("installs the tool chain again when the lock file has changed", async () => {
    await prepare({});
    await setup();
    await Deno.writeTextFile(`${folder}/project/package-lock.json`, `{ "packages": {} }`);
    const { code, calls } = await setup();
    assert.equal(code, 0);
    assert.match(calls, /^npm ci /);
  });

  it("fetches the package lists only when the installation needs them", async () => {
    await prepare({ tor: false, root: "sudo" });
    const { code, calls, output } = await setup();
    assert.equal(code, 0, output);
    const apt = calls.split("\n").filter((call) => call.startsWith("apt-get"));
    assert.deepEqual(apt.map((call) => /\b(install|update)\b/.exec(call)?.[0]), [
      "install",
      "update",
      "install",
    ]);
    assert.match(apt[0] ?? "", / --no-install-recommends tor\b/);
    assert.match(calls, /sudo -n env DEBIAN_FRONTEND=noninteractive apt-get/);
  });

  it("installs curl where it alone is missing, and no service is touched", async () => {
    await prepare({ curl: false, root: "sudo" });
    const { code, calls, output } = await setup();
    assert.equal(code, 0, output);
    assert.match(calls, /apt-get .* install -y --no-install-recommends curl$/m);
    assert.doesNotMatch(calls, /update-rc\.d|systemctl/);
  });

  it("installs a browser and tmux for the tests alone, where none is there or named", async () => {
    await prepare({ root: "sudo" });
    assert.doesNotMatch((await setup()).calls, /chromium/);
    const { calls, output } = await setup("--test");
    assert.match(calls, /apt-get .* install -y --no-install-recommends chromium tmux$/m, output);
    await program("google-chrome", "");
    await program("tmux", "");
    assert.equal((await setup("--test")).calls, "");
  });

  it("leaves the service of a Tor off that it has installed", async () => {
    await prepare({ tor: false, root: "sudo" });
    const { calls } = await setup();
    assert.match(calls, /update-rc\.d tor disable|systemctl disable --now/);
  });

  it("says what is missing where it cannot become root", async () => {
    await prepare({ tor: false, root: "no" });
    const { code, output, calls } = await setup();
    assert.equal(code, 1);
    assert.match(output, /Missing: tor\b/);
    assert.match(output, /As root, run: apt-get update && apt-get install -y .* tor\b/);
    assert.equal(calls, "");
  });

  it("says what is missing where apt-get fails", async () => {
    await prepare({ tor: false, root: "sudo", network: false });
    const { code, output } = await setup();
    assert.equal(code, 1);
    assert.match(output, /apt-get could not install: tor\b/);
    assert.match(output, /With the network up, run as root: apt-get update && apt-get install/);
    const log = /Its whole output is in (\S+)/.exec(output)?.[1] ?? "";
    await Deno.remove(log);
  });

  it("says what is missing where npm fails, and tries again the next time", async () => {
    await prepare({ network: false });
    for (let i = 0; i < 2; i++) {
      const { code, output } = await setup();
      assert.equal(code, 1);
      assert.match(output, /npm ci could not install the tool chain from https:\/\/registry\.test/);
      assert.match(output, /With the network up, run: npm ci/);
    }
  });

  it("runs the scripts of packages itself where npm may not", async () => {
    await prepare({ installScripts: false });
    const { code, output, calls } = await setup();
    assert.equal(code, 0, output);
    assert.match(calls, /^node install\.cjs$/m);
    assert.match(calls, /^node install\.js$/m);
  });

  it("says how to get Tor on macOS and elsewhere", async () => {
    await prepare({ system: "Darwin", debian: false, tor: false, root: "no" });
    const { code, output } = await setup();
    assert.equal(code, 1);
    assert.match(output, /Missing: tor\n.*brew install tor/);
    await program("uname", "echo Linux");
    assert.match((await setup()).output, /tor, tor-gencert and curl .* such as: dnf install tor/);
  });

  it("says which Node it needs", async () => {
    await prepare({ node: "18.0.0" });
    const { code, output } = await setup();
    assert.equal(code, 1);
    assert.match(output, /Node v18\.0\.0 is too old: torcon needs 20\.19 or later/);
    await Deno.remove(`${folder}/bin/npm`);
    assert.match((await setup()).output, /Missing: npm/);
  });

  it("tells its usage, and refuses an argument that it does not know", async () => {
    await prepare({});
    const help = await setup("--help");
    assert.deepEqual([help.code, help.stdout], [0, "Usage: scripts/setup [--test] [--bench]\n"]);
    assert.equal((await setup("--all")).code, 2);
  });
});
