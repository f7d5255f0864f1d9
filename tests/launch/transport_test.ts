import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import process from "node:process";
import { describe, it } from "node:test";
import { ControlConnection } from "../../lib/control/connection.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { launch } from "../../lib/tor/launch.ts";
import { useNetwork } from "../_support/network.ts";
import { isAlive } from "../testing/_processes.ts";
import { startServer } from "../tor/_support.ts";
import { fakeTor, withDirectory } from "./_support.ts";

describe("a Tor behind a bridge", () => {
  it(
    "enters the network by a pluggable transport, and fetches through it",
    { timeout: 120_000 },
    () =>
      withDirectory(async (directory) => {
        const runtime = await detectRuntime();
        if (runtime.platform === "win32") return; // the transport is a shell script
        await using network = await useNetwork();
        await using bridge = await network.addClient({
          nickname: "bridge",
          torrc: { BridgeRelay: 1, ORPort: "127.0.0.1:auto", Address: "127.0.0.1" },
        });
        await using control = await ControlConnection.connect({ control: bridge.control, runtime });
        const fingerprint = await control.getInfo("fingerprint");
        const address = (await control.getInfo("net/listeners/or")).replaceAll('"', "");

        const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
        const { pathname } = new URL(`./_transport.${extension}`, import.meta.url);
        const own = runtime.name === "deno" ? "run -A --no-check " : "";
        const exec = await fakeTor(
          directory,
          `exec "${process.execPath}" ${own}"${pathname}" "$@"`,
        );
        const record = `${directory}/record`;
        const secret = "s=e;c\\r&et";
        await using tor = await launch({
          torrc: network.clientOptions,
          bridges: [{ transport: "plain", address, fingerprint, arguments: { secret } }],
          transports: { plain: { exec, args: [record] } },
          allowPrivate: true,
        });
        await using server = await startServer((_request, response) => response.end("by a bridge"));
        const answer = await tor.fetch(`http://127.0.0.1:${server.port}/`);
        assert.equal(await answer.text(), "by a bridge");

        const circuits = await tor.control.getInfo("circuit-status");
        const entries = [...circuits.matchAll(/ BUILT \$([0-9A-F]{40})/g)].map(([, entry]) =>
          entry
        );
        assert.ok(entries.length > 0);
        assert.deepEqual(new Set(entries), new Set([fingerprint]));
        // A semicolon and a backslash are escaped for the transport (pt-spec, section 3.5).
        const [started, ...connected] = readFileSync(record, "utf8").trim().split("\n");
        assert.deepEqual(
          new Set(connected),
          new Set([`connects to ${address} with secret=s=e\\;c\\\\r&et`]),
        );
        const pid = Number(/^started by (\d+) /.exec(started!)![1]);
        assert.ok(isAlive(pid));
        await tor.quit();
      }),
  );
});
