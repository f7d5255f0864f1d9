import assert from "node:assert/strict";
import process from "node:process";
import { describe, it } from "node:test";
import type { LaunchError } from "../../lib/errors/mod.ts";
import type { BootstrapPhase } from "../../lib/launch/bootstrap.ts";
import { launchTor } from "../../lib/launch/launch_tor.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { useNetwork } from "../_support/network.ts";
import { isAlive } from "../testing/_processes.ts";
import { fakeTor, launchOffline, withDirectory } from "./_support.ts";

describe("launchTor", () => {
  it("starts a Tor of its own, and leaves nothing of it", async () => {
    const runtime = await detectRuntime();
    const tor = await launchOffline();
    const { pid, dataDirectory } = tor.process;
    assert.equal(await tor.control!.getInfo("process/pid"), String(pid));
    assert.equal((await runtime.stat(dataDirectory))?.mode, 0o700);
    assert.ok(
      (await runtime.readDirectory(dataDirectory)).every((name) => !name.includes("torrc")),
    );
    assert.ok(tor.process.log.some((line) => line.includes("Opened Control listener")));
    await tor.quit();
    await tor.quit();
    assert.deepEqual(await tor.process.ended, { success: true, code: 0, signal: null });
    assert.equal(isAlive(pid), false);
    assert.equal(await runtime.stat(dataDirectory), undefined);
  });

  it("owns it by the connection, and no longer by the process", async () => {
    await using tor = await launchOffline();
    const [line] = await tor.control!.getConf("__OwningControllerProcess");
    assert.equal(line?.value, undefined);
    await tor.control!.close();
    assert.equal((await tor.process.ended).code, 0);
    assert.match(tor.process.log.join("\n"), /Owning controller connection has closed/);
  });

  it("makes its sockets in the data directory, where the path fits", async () => {
    const runtime = await detectRuntime();
    if (runtime.platform === "win32") return;
    await using network = await useNetwork();
    await using tor = await launchTor(runtime, { torrc: network.clientOptions });
    const { dataDirectory } = tor.process;
    assert.deepEqual(tor.control!.address, { path: `${dataDirectory}/control` });
    assert.equal(
      await tor.control!.getInfo("net/listeners/socks"),
      `"unix:${dataDirectory}/socks"`,
    );
    const [line] = await tor.control!.getConf("SocksPort");
    assert.match(line!.value!, / ExtendedErrors$/);
  });

  it("uses TCP ports where the path is too long", async () => {
    await withDirectory(async (parent) => {
      const dataDirectory = `${parent}/${"long".repeat(25)}`;
      await using tor = await launchOffline({ dataDirectory });
      assert.equal((tor.control!.address as { hostname: string }).hostname, "127.0.0.1");
      const [line] = await tor.control!.getConf("SocksPort");
      assert.equal(line?.value, "127.0.0.1:auto ExtendedErrors");
    });
  });

  it("opens the ports where it is told", async () => {
    await withDirectory(async (directory) => {
      const runtime = await detectRuntime();
      const socks = ["127.0.0.1:0", { hostname: "::1", port: 9150 }, { path: `${directory}/s p` }];
      await using tor = await launchOffline({ control: "127.0.0.1:0", socks });
      assert.equal((tor.control!.address as { hostname: string }).hostname, "127.0.0.1");
      const lines = await tor.control!.getConf("SocksPort");
      assert.deepEqual(lines.map(({ value }) => value), [
        "127.0.0.1:auto ExtendedErrors",
        "[::1]:9150 ExtendedErrors",
        `unix:"${directory}/s p" ExtendedErrors`,
      ]);
      await using other = await launchOffline({
        control: { path: `${directory}/c "p"` },
        socks: [],
      });
      assert.deepEqual(other.control!.address, { path: `${directory}/c "p"` });
      const [line] = await other.control!.getConf("SocksPort");
      assert.equal(line?.value, "0");
      assert.equal(runtime.platform === "win32", false);
    });
  });

  it("takes options by name and as text, and keeps them on RELOAD", async () => {
    for (
      const torrc of [
        { Nickname: "foo", ContactInfo: 'a "b" # c', NodeFamily: ["a", "b"], SocksPort: 0 },
        'Nickname foo # bar\nContactInfo "a \\"b\\" # c"\nNodeFamily a\nNodeFamily b\nSocksPort 0\n',
      ]
    ) {
      await using tor = await launchOffline({ torrc });
      const control = tor.control!;
      const names = ["Nickname", "ContactInfo", "NodeFamily", "SocksPort", "DisableNetwork"];
      const before = await control.getConf(names);
      assert.deepEqual(before.map(({ value }) => value), ["foo", 'a "b" # c', "a", "b", "0", "1"]);
      const reloaded = control.events("SIGNAL").next();
      await control.signal("RELOAD");
      await reloaded;
      assert.deepEqual(await control.getConf(names), before);
    }
  });

  it("keeps a data directory that is given, with what SAVECONF has saved in it", async () => {
    await withDirectory(async (parent) => {
      const runtime = await detectRuntime();
      const dataDirectory = `${parent}/new/a b`;
      const first = await launchOffline({ dataDirectory });
      assert.equal((await runtime.stat(dataDirectory))?.mode, 0o700);
      await first.control!.setConf({ Nickname: "saved" });
      await first.control!.saveConf();
      await first.quit();
      assert.notEqual(await runtime.stat(`${dataDirectory}/state`), undefined);

      await using again = await launchOffline({ dataDirectory });
      const [line] = await again.control!.getConf("Nickname");
      assert.equal(line?.value, "saved");
      assert.equal(
        await again.control!.getInfo("config-file"),
        `${dataDirectory}/saved_options`,
      );
      // It has read that one, and none of the system's.
      const read = again.process.log.filter((line) => line.includes("Read configuration file"));
      assert.deepEqual(read.map((line) => /"(.*)"/.exec(line)?.[1]), [
        `${dataDirectory}/saved_options`,
      ]);
    });
  });

  it("makes a data directory private that others can look into", async () => {
    await withDirectory(async (parent) => {
      const runtime = await detectRuntime();
      const dataDirectory = `${parent}/open`;
      await runtime.makeDirectory(dataDirectory, { mode: 0o755 });
      await using tor = await launchOffline({ dataDirectory });
      assert.deepEqual(tor.control!.address, { path: `${dataDirectory}/control` });
      assert.equal((await runtime.stat(dataDirectory))?.mode, 0o700);
    });
  });

  it("starts again where a Tor was killed", async () => {
    await withDirectory(async (dataDirectory) => {
      await using killed = await launchOffline({ dataDirectory, control: "127.0.0.1:0" });
      killed.process.kill("SIGKILL");
      assert.equal((await killed.process.ended).signal, "SIGKILL");
      const runtime = await detectRuntime();
      assert.notEqual(await runtime.stat(`${dataDirectory}/control_port`), undefined);
      await using tor = await launchOffline({ dataDirectory });
      assert.equal(await tor.control!.getInfo("process/pid"), String(tor.process.pid));
    });
  });

  it("refuses a data directory that another Tor uses, and does it no harm", async () => {
    await withDirectory(async (dataDirectory) => {
      await using tor = await launchOffline({ dataDirectory });
      await assert.rejects(launchOffline({ dataDirectory }), {
        name: "LaunchError",
        message: `Cannot launch Tor in ${dataDirectory}: another Tor is at work there`,
      });
      assert.equal(await tor.control!.getInfo("process/pid"), String(tor.process.pid));
    });
  });

  it("removes its temporary directory when Tor ends by itself", async () => {
    const runtime = await detectRuntime();
    await using tor = await launchOffline();
    tor.process.kill("SIGKILL");
    assert.equal((await tor.process.ended).signal, "SIGKILL");
    assert.equal(await runtime.stat(tor.process.dataDirectory), undefined);
    await assert.rejects(tor.control!.closed, { name: "DisconnectedError" });
  });

  it("gives each line of the output", async () => {
    const lines: string[] = [];
    await using tor = await launchOffline({ stdout: (line) => lines.push(line) });
    assert.deepEqual(lines, tor.process.log);
    assert.match(lines[0]!, /\[notice\] Tor \d/);
  });

  it("tells standard output and standard error apart", async () => {
    await withDirectory(async (directory) => {
      const script = 'echo to stderr >&2; echo; exec tor "$@"';
      const torBinary = await fakeTor(directory, script);
      const out: string[] = [];
      const err: string[] = [];
      await using tor = await launchOffline({
        torBinary,
        stdout: (line) => out.push(line),
        stderr: (line) => err.push(line),
      });
      assert.deepEqual(err, ["to stderr"]);
      assert.equal(out[0], "");
      assert.deepEqual([...out, ...err].sort(), tor.process.log.toSorted());
    });
  });

  it("lets controllers in by a cookie, in a file that is its user's alone", async () => {
    const runtime = await detectRuntime();
    await using tor = await launchOffline();
    const { methods, cookieFile } = await tor.control!.protocolInfo();
    assert.deepEqual(methods.toSorted(), ["COOKIE", "SAFECOOKIE"]);
    assert.equal(cookieFile, `${tor.process.dataDirectory}/control_auth_cookie`);
    if (runtime.platform !== "win32") assert.equal((await runtime.stat(cookieFile))?.mode, 0o600);
  });

  it("reports what a callback throws, and goes on", async () => {
    const errors: unknown[] = [];
    const error = new Error("of the callback");
    await using _tor = await launchOffline({
      stdout: () => Promise.reject(error),
      onError: (error) => errors.push(error),
    });
    assert.equal(errors[0], error);
  });

  it("passes the environment on, with the variables that are given", async () => {
    await withDirectory(async (directory) => {
      const variables = `"$PATH" "$TORCON_TEST_VARIABLE"`;
      const torBinary = await fakeTor(directory, `printf '%s\\n' ${variables}; exit 1`);
      const launching = launchOffline({ torBinary, env: { TORCON_TEST_VARIABLE: "a b" } });
      const error: LaunchError = await launching.then(() => assert.fail(), (error) => error);
      assert.deepEqual(error.log, [process.env["PATH"], "a b"]);
    });
  });

  it("becomes the user that is asked for", async () => {
    const runtime = await detectRuntime();
    if (runtime.uid !== 0) return; // only root can become another
    await using tor = await launchOffline({ user: "nobody" });
    assert.equal(await tor.control!.getInfo("process/user"), "nobody");
    const info = await runtime.stat(tor.process.dataDirectory);
    assert.equal(info?.mode, 0o700);
    assert.notEqual(info?.uid, 0);
    await tor.quit();
    assert.equal(await runtime.stat(tor.process.dataDirectory), undefined);
  });

  it("has no SOCKS port in nonAnonymousMode", async () => {
    await using tor = await launchOffline({ nonAnonymousMode: true });
    const names = ["HiddenServiceNonAnonymousMode", "HiddenServiceSingleHopMode", "SocksPort"];
    const lines = await tor.control!.getConf(names);
    assert.deepEqual(lines.map(({ value }) => value), ["1", "1", "0"]);
  });

  it("tells Tor its bridges and transports", async () => {
    await using tor = await launchOffline({
      bridges: ["obfs4 192.0.2.7:443 0123456789ABCDEF0123456789ABCDEF01234567 cert=a= iat-mode=0"],
      transports: { obfs4: { socks5: "127.0.0.1:1" } },
    });
    const lines = await tor.control!.getConf(["UseBridges", "Bridge", "ClientTransportPlugin"]);
    assert.deepEqual(lines.map(({ value }) => value), [
      "1",
      "obfs4 192.0.2.7:443 0123456789ABCDEF0123456789ABCDEF01234567 cert=a= iat-mode=0",
      "obfs4 socks5 127.0.0.1:1",
    ]);
  });

  it("starts a Tor without a control port", async () => {
    const runtime = await detectRuntime();
    const tor = await launchOffline({ control: 0 });
    assert.equal(tor.control, undefined);
    const { pid, dataDirectory } = tor.process;
    assert.ok(isAlive(pid));
    assert.ok(!tor.process.log.some((line) => line.includes("Control listener")));
    await tor.quit();
    assert.equal(isAlive(pid), false);
    assert.equal(await runtime.stat(dataDirectory), undefined);
  });

  it("follows a Tor into its network", { timeout: 60_000 }, async () => {
    await using network = await useNetwork();
    const phases: BootstrapPhase[] = [];
    await using tor = await launchTor(await detectRuntime(), {
      torrc: network.clientOptions,
      onProgress: (phase) => phases.push(phase),
    });
    const percents = phases.map(({ percent }) => percent);
    assert.deepEqual(percents, percents.toSorted((a, b) => a - b));
    assert.deepEqual(phases.at(-1), {
      percent: 100,
      tag: "done",
      summary: "Done",
      warning: undefined,
    });
    assert.ok(phases.length > 2);
    assert.equal(await tor.control!.getInfo("status/circuit-established"), "1");
  });
});
