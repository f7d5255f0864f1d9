import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { inspect } from "node:util";
import { OnionKeyFileError, PathNotFoundError } from "../../lib/errors/mod.ts";
import { OnionServiceKey } from "../../lib/onion/onion_service_key.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { type LoneTor, startLoneTor } from "../../lib/testing/lone_tor.ts";
import { connect } from "../../lib/tor/connect.ts";
import { getGlobalTor } from "../../lib/tor/get_global_tor.ts";
import { serverFromString } from "../../lib/tor/server_from_string.ts";
import { inTempDirectory } from "../runtime/_support.ts";
import { PRIVATE_KEY, ScriptedOnionTor, SERVICE_ID } from "./_scripted_onion.ts";
import { rejection, SLOW } from "./_support.ts";

const HOSTNAME = `${SERVICE_ID}.onion`;
/** A key as it stands in an endpoint string. */
const KEY = PRIVATE_KEY.replace(":", "\\:");
const UNPUBLISHED = { awaitUploads: "none" } as const;

describe("serverFromString", () => {
  it("reads every form", () => {
    const nothing = { localPort: undefined, control: undefined, hiddenServiceDir: undefined };
    for (
      const [text, port, told] of [
        ["onion:80", 80, nothing],
        ["onion:port=80", 80, nothing],
        ["onion:65535:version=3", 65535, nothing],
        ["onion:80:localPort=8080", 80, { localPort: 8080 }],
        ["onion:80:localPort=0", 80, { localPort: 0 }],
        ["onion:80:controlPort=9051", 80, { control: { hostname: "127.0.0.1", port: 9051 } }],
        ["onion:80:controlPort=/run/tor/control", 80, { control: { path: "/run/tor/control" } }],
        ["onion:80:controlPort=unix\\:/run/c", 80, { control: { path: "/run/c" } }],
        ["onion:80:controlPort=tor\\:9051", 80, { control: { hostname: "tor", port: 9051 } }],
        ["onion:1:hiddenServiceDir=/var/lib/a b", 1, { hiddenServiceDir: "/var/lib/a b" }],
        ["onion:1:hiddenServiceDir=C\\:\\\\a", 1, { hiddenServiceDir: "C:\\a" }],
        ["onion:1:privateKeyFile=/run/key", 1, { privateKeyFile: "/run/key" }],
        ["onion:1:singleHop=yes", 1, { singleHop: true }],
        [`onion:1:singleHop=false:privateKey=${KEY}`, 1, { singleHop: false }],
      ] as const
    ) {
      const endpoint = serverFromString(text);
      assert.equal(endpoint.port, port, text);
      for (const [name, value] of Object.entries(told)) {
        assert.deepEqual(endpoint[name as keyof typeof endpoint], value, text);
      }
    }
  });

  it("refuses what makes no sense, and tells what to use instead", () => {
    for (
      const [text, name, message] of [
        ["", "SyntaxError", /of the kind "": expected "onion:port"/],
        ["tor:80", "SyntaxError", /of the kind "tor"/],
        ["onion:", "RangeError", /"" as port/],
        ["onion", "SyntaxError", /no port/],
        ["onion:0", "RangeError", /"0" as port/],
        ["onion:65536", "RangeError", /"65536" as port/],
        ["onion:http", "RangeError", /"http" as port/],
        ["onion:80:81", "SyntaxError", /more than a port/],
        ["onion:80:port=81", "SyntaxError", /port twice/],
        ["onion:80:proxy=b", "SyntaxError", /with proxy: expected port, localPort/],
        ["onion:80:localPort=x", "RangeError", /"x" as localPort/],
        ["onion:80:controlPort=0", "RangeError", /"0" as controlPort/],
        ["onion:80:controlPort=control", "RangeError", /"control" as controlPort/],
        ["onion:80:controlPort=a\\:b", "TypeError", /parse the address/],
        ["onion:80:singleHop=maybe", "SyntaxError", /"maybe" as singleHop/],
        ["onion:80:version=2", "SyntaxError", /version 2: .*use version=3/],
        ["onion:80:version=4", "SyntaxError", /version 4: expected 3/],
        ["onion:80:auth=basic", "SyntaxError", /with auth: .*version 3 with the option clients/],
        ["onion:80:basicAuth=bob", "SyntaxError", /with basicAuth: .*the option clients/],
        ["onion:80:stealthAuth=bob", "SyntaxError", /with stealthAuth: .*the option clients/],
        ["onion:80:hiddenServiceDir=a", "TypeError", /"a" as hiddenServiceDir/],
        ["onion:80:privateKeyFile=a", "TypeError", /"a" as privateKeyFile/],
        ["onion:80:privateKey=RSA1024\\:x", "TypeError", /version 2/],
        [`onion:80:privateKey=${KEY}:privateKeyFile=/a`, "SyntaxError", /privateKey together with/],
        [`onion:80:privateKey=${KEY}:hiddenServiceDir=/a`, "SyntaxError", /hiddenServiceDir toge/],
        ["onion:80:hiddenServiceDir=/a:singleHop=1", "SyntaxError", /HiddenServiceSingleHopMode/],
        [`onion:80:privateKey=${PRIVATE_KEY}`, "SyntaxError", /more than a port/],
      ] as const
    ) {
      const expected = (error: Error) => {
        assert.equal(error.name, name, text);
        assert.match(error.message, message);
        assert.ok(!error.message.includes(PRIVATE_KEY.slice(11, 31)), "It tells the key");
        return true;
      };
      assert.throws(() => serverFromString(text), expected);
    }
  });

  it("shows the key to nobody", () => {
    const endpoint = serverFromString(`onion:80:privateKey=${KEY}`);
    const shown = [JSON.stringify(endpoint), inspect(endpoint, { depth: 9, showHidden: true })];
    for (const text of shown) assert.ok(!text.includes(PRIVATE_KEY.slice(11, 31)), text);
  });

  it("tells Tor what it says", async () => {
    for (
      const [text, expected] of [
        ["onion:80:localPort=0", /^NEW:ED25519-V3 Port=80,127\.0\.0\.1:\d+$/],
        [`onion:81:privateKey=${KEY}`, /^ED25519-V3:sBJr\S+ Port=81,unix:\/\S+$/],
        ["onion:82:singleHop=true", /^NEW:ED25519-V3 Flags=NonAnonymous Port=82,unix:\S+$/],
      ] as const
    ) {
      await using scripted = await ScriptedOnionTor.start();
      const endpoint = serverFromString(text, { tor: scripted.tor });
      await using listener = await endpoint.listen();
      assert.equal(listener.hostname, HOSTNAME);
      const { args } = await scripted.port.waitFor(/^ADD_ONION/);
      assert.match(args, expected);
    }
  });

  it(
    "joins the Tor of the control port that it names, and leaves it in the end",
    SLOW,
    async () => {
      await using scripted = await ScriptedOnionTor.start();
      const control = scripted.port.address.replace(":", "\\:");
      const listener = await serverFromString(`onion:80:controlPort=${control}`).listen();
      const [, own] = scripted.port.connections;
      await listener.close();
      await own!.closed;
      await scripted.port.waitFor(`DEL_ONION ${SERVICE_ID}`);
      assert.equal(await scripted.leavesFiles(), false);
      assert.ok(scripted.tor.control.connected);
    },
  );

  it("leaves a Tor that refuses, and tells where there is none", SLOW, async () => {
    await using scripted = await ScriptedOnionTor.start({ add: "refused" });
    const control = scripted.port.address.replace(":", "\\:");
    const endpoint = serverFromString(`onion:80:controlPort=${control}`);
    const listening = endpoint.listen();
    listening.catch(() => {});
    await scripted.port.waitFor(/^ADD_ONION/);
    const [, own] = scripted.port.connections;
    await assert.rejects(listening, { name: "ArgumentSyntaxError" });
    await own!.closed;
    assert.equal(await scripted.leavesFiles(), false);
    await scripted.port.close();
    await assert.rejects(endpoint.listen(), { name: "ConnectionRefusedError" });
  });

  it("reads a key from a file of either form, which nobody else may read", async () => {
    const runtime = await detectRuntime();
    const key = OnionServiceKey.parse(PRIVATE_KEY);
    await inTempDirectory(runtime, async (directory) => {
      const path = `${directory}/key`;
      await using scripted = await ScriptedOnionTor.start();
      const endpoint = serverFromString(`onion:80:privateKeyFile=${path}`, { tor: scripted.tor });
      const elsewhere = serverFromString(`onion:80:privateKeyFile=${directory}/no/key`, {
        tor: scripted.tor,
      });
      await assert.rejects(elsewhere.listen(), PathNotFoundError);
      for (const contents of [`${PRIVATE_KEY}\n`, key.toSecretKeyFile()]) {
        const data = typeof contents === "string" ? new TextEncoder().encode(contents) : contents;
        await runtime.remove(path);
        await runtime.writeFile(path, data);
        await using listener = await endpoint.listen();
        assert.ok(listener.service.privateKey?.equals(key));
        await runtime.remove(path);
        await runtime.writeFile(path, data, { mode: 0o640 });
        const error = await rejection(endpoint.listen());
        assert.ok(error instanceof OnionKeyFileError && error.path === path);
        assert.match(error.message, /others can read it/);
      }
      await runtime.remove(path);
      await runtime.writeFile(path, new TextEncoder().encode(PRIVATE_KEY.slice(0, -3)));
      const error = await rejection(endpoint.listen());
      assert.ok(error instanceof OnionKeyFileError, String(error));
      assert.ok(!error.message.includes(PRIVATE_KEY.slice(11, 31)));
    });
  });
});

describe("serverFromString with real tor", () => {
  let lone: LoneTor;
  before(async () => {
    lone = await startLoneTor();
  }, SLOW);
  after(async () => {
    await lone?.[Symbol.asyncDispose]();
  });

  it(
    "creates a service that ends with its listener, by a control port or its socket",
    SLOW,
    async () => {
      await using tor = await connect({ control: lone.control });
      const ports = [lone.controlPort.split(":")[1], lone.controlSocket?.slice("unix:".length)];
      for (const control of ports) {
        const endpoint = serverFromString(`onion:80:controlPort=${control}:privateKey=${KEY}`, {
          password: lone.password,
        });
        const listener = await endpoint.listen(UNPUBLISHED);
        assert.equal(listener.hostname, HOSTNAME);
        await assert.rejects(endpoint.listen(UNPUBLISHED), { code: 550 }); // it is taken
        await listener.close();
      }
      assert.deepEqual(await tor.onionServices(), []);
    },
  );

  it("creates a service in a directory, which comes back at its address", SLOW, async () => {
    await using tor = await connect({ control: lone.control });
    const path = `${lone.dataDirectory}/site`;
    const hostnames: string[] = [];
    for (let round = 0; round < 2; round++) {
      const endpoint = serverFromString(`onion:80:hiddenServiceDir=${path}`, { tor });
      await using listener = await endpoint.listen(UNPUBLISHED);
      hostnames.push(listener.hostname);
      assert.equal((await tor.onionServices())[0], listener.service);
    }
    assert.equal(hostnames[0], hostnames[1]);
    assert.deepEqual(await tor.onionServices(), []);
  });

  it("uses the Tor that the program shares, where it names none", SLOW, async () => {
    await using tor = await getGlobalTor({ torrc: { DisableNetwork: 1 } });
    const listener = await serverFromString("onion:80").listen(UNPUBLISHED);
    const services = await tor.onionServices();
    assert.deepEqual(services.map(({ hostname }) => hostname), [listener.hostname]);
    await listener.close();
    assert.deepEqual(await tor.onionServices(), []);
    assert.ok(tor.control.connected);
  });
});
