import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { OnionClientKey } from "../../lib/onion/onion_client_key.ts";
import { OnionServiceKey } from "../../lib/onion/onion_service_key.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import type { StartedClient } from "../../lib/testing/started_client.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import { formatAddress } from "../../lib/util/address.ts";
import { useNetwork } from "../_support/network.ts";
import { startServer, type TestServer } from "../tor/_support.ts";
import { readUntil, SLOW, start, torcon } from "./_torcon.ts";

const WEB = "web.torcon-cli.example";
const BYTES = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);

describe("torcon on a network", () => {
  let network: PrivateNetwork;
  let client: StartedClient;
  let tor: Tor;
  let web: TestServer;
  let echo: Server;
  let control: string[];
  let directory: string;
  let headers: IncomingHttpHeaders;

  before(async () => {
    network = await useNetwork();
    await network.dns.add({
      [WEB]: ["127.0.0.1", "2001:db8::7"],
      "198.51.100.77": "seventy-seven.torcon-cli.example",
    });
    client = await network.addClient();
    control = ["--control", formatAddress(client.control)];
    tor = await connect({ control: client.control });
    directory = await mkdtemp(`${tmpdir()}/torcon-test-`);
    web = await startServer((request, response) => {
      headers = request.headers;
      const chunks: Uint8Array[] = [];
      request.on("data", (chunk: Uint8Array) => chunks.push(chunk));
      request.on("end", () => {
        const { method, url } = request;
        if (url === "/bytes") return response.end(BYTES);
        if (url === "/away") response.setHeader("location", "/page").statusCode = 302;
        if (url === "/gone") response.statusCode = 410;
        if (url === "/wait") return response.write("begun");
        response.setHeader("x-method", method!);
        response.end(method === "HEAD" ? undefined : `${method} ${url} ${Buffer.concat(chunks)}`);
      });
    });
    echo = createServer((socket: Socket) => {
      socket.on("error", () => {});
      socket.once("data", (data: Uint8Array) => socket.end(data));
    });
    await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
  }, SLOW);
  after(async () => {
    echo.close();
    await rm(directory, { recursive: true });
    for (const held of [web, tor, client, network]) await held?.[Symbol.asyncDispose]();
  });

  const url = (path: string) => `http://${WEB}:${web.port}${path}`;

  /** Runs a command that shall succeed, and gives what it prints. */
  async function told(args: string[], options = {}): Promise<string> {
    const { code, stdout, stderr } = await torcon([...args, ...control], options);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    return stdout;
  }

  describe("lists", () => {
    it("waits until Tor is ready", SLOW, async () => {
      assert.equal(JSON.parse(await told(["status", "--wait", "--json"])).bootstrap.percent, 100);
    });

    it("relays, of which filters and an order choose", SLOW, async () => {
      const relays = JSON.parse(await told(["relays", "--json"])) as {
        nickname: string;
        fingerprint: string;
        bandwidth: number;
        flags: string[];
      }[];
      const known = [...network.authorities, ...network.relays];
      assert.deepEqual(
        relays.map(({ fingerprint }) => fingerprint).sort(),
        known.map(({ fingerprint }) => fingerprint).sort(),
      );
      const bandwidths = relays.map(({ bandwidth }) => bandwidth);
      assert.deepEqual(bandwidths, bandwidths.toSorted((a, b) => b - a));

      const table = await told(["relays", "--flag", "authority", "--sort", "name", "--limit", "2"]);
      assert.deepEqual(
        table.trimEnd().split("\n").map((line) => line.split(/\s+/)[0]),
        ["NICKNAME", "authority1", "authority2"],
      );
      const [relay] = network.relays;
      const found = await told(["relays", "--json", "--name", relay!.fingerprint.slice(0, 12)]);
      assert.deepEqual(JSON.parse(found).map((one: typeof relays[0]) => one.nickname), [
        relay!.nickname,
      ]);
      assert.equal(await told(["relays", "--json", "--country", "de"]), "[]\n");
      // Only the relays are exits to everywhere.
      const exits = JSON.parse(await told(["relays", "--json", "--port", "80"])) as typeof relays;
      assert.ok(exits.length > 0 && exits.every(({ flags }) => flags.includes("Exit")));
    });

    it("circuits, one of which it has built", SLOW, async () => {
      const names = network.relays.map(({ nickname }) => nickname).slice(0, 3);
      const built = JSON.parse(await told(["build", ...names, "--json"]));
      assert.deepEqual(built.path.map((one: { nickname: string }) => one.nickname), names);
      const circuits = JSON.parse(await told(["circuits", "--built", "--json"]));
      const same = circuits.find(({ id }: { id: number }) => id === built.id);
      assert.deepEqual(same.path, built.path);
      const line = (await told(["circuits"])).split("\n")
        .find((line) => line.startsWith(`${built.id} `));
      assert.match(line ?? "", new RegExp(` ${names.join(" > ")}$`));

      const failed = await torcon(["build", "nonsense", ...control]);
      assert.equal(failed.code, 1);
      assert.match(failed.stderr, /No such router "nonsense"/);
    });

    it("circuits, by commands of the control port", SLOW, async () => {
      const { code, stdout } = await torcon(["control", ...control], {
        stdin: "EXTENDCIRCUIT 0\nGETINFO circuit-status\n",
      });
      assert.equal(code, 0);
      const [, id] = /^250 EXTENDED (\d+)\n/.exec(stdout)!;
      assert.match(
        stdout,
        new RegExp(`^(250-circuit-status=)?${id} (LAUNCHED|EXTENDED|BUILT) `, "m"),
      );
    });

    it("streams, without the secrets that keep them apart", SLOW, async () => {
      const response = await tor.fetch(url("/wait"), { isolation: "the secret" });
      const streams = JSON.parse(await told(["streams", "--json"]));
      // Tor tells the address in place of the name once it has connected.
      const stream = streams.find(({ port }: { port: number }) => port === web.port);
      assert.deepEqual([stream.target, stream.state], ["127.0.0.1", "SUCCEEDED"]);
      assert.equal("socksPassword" in stream, false);
      assert.match(
        await told(["streams"]),
        new RegExp(`^${stream.id} +SUCCEEDED +\\d+ .* 127\\.0\\.0\\.1:${web.port}$`, "m"),
      );
      await response.body?.cancel();
    });

    it("events of streams, without these secrets either", SLOW, async () => {
      for (const [flags, secret] of [[[], "[hidden]"], [["--show-secrets"], "word"]] as const) {
        await using program = await start(["events", "STREAM", "--json", ...flags, ...control]);
        const found = readUntil(program.stdout, /"socksPassword":"(.+?)"/);
        const credentials = { username: "user", password: "word" };
        // Until it is told that events are heard, it is tried again.
        let isFound = false;
        found.finally(() => isFound = true).catch(() => {});
        while (!isFound) {
          const conn = await tor.streamVia(WEB, web.port, credentials);
          await conn[Symbol.asyncDispose]();
        }
        assert.equal((await found)[1], secret);
      }
    });
  });

  describe("newnym", () => {
    it("has Tor take on a new identity", SLOW, async () => {
      const signals: string[] = [];
      await tor.control.addEventListener("SIGNAL", ({ signal }) => signals.push(signal));
      assert.match(await told(["newnym"]), /^Tor has a new identity/);
      assert.deepEqual(signals, ["NEWNYM"]);
    });
  });

  describe("fetch", () => {
    it("prints the body, byte for byte, and tells nobody who asks", SLOW, async () => {
      assert.equal(await told(["fetch", url("/page")]), "GET /page ");
      assert.equal(headers["user-agent"], undefined);
      const { stdout } = await start(["fetch", url("/bytes"), ...control]);
      const bytes = new Uint8Array(await new Response(stdout as BodyInit).arrayBuffer());
      assert.deepEqual(bytes, BYTES);
      const file = `${directory}/bytes`;
      assert.equal(await told(["fetch", "-o", file, url("/bytes")]), "");
      assert.deepEqual(new Uint8Array(await readFile(file)), BYTES);
    });

    it("prints the head, with or without the body", SLOW, async () => {
      const head = await told(["fetch", "--head", url("/page")]);
      assert.match(head, /^HTTP\/1\.1 200 OK\n(?:[\w-]+: .*\n)*x-method: HEAD\n\n$/);
      assert.match(await told(["fetch", "-i", url("/page")]), /^HTTP[^]*\n\nGET \/page $/);
      const json = JSON.parse(await told(["fetch", "--json", url("/page")]));
      assert.deepEqual([json.status, json.body], [200, "GET /page "]);
      assert.equal(json.headers["x-method"], "GET");
    });

    it("sends methods, headers and bodies", SLOW, async () => {
      assert.equal(await told(["fetch", "-d", "a=1", url("/p")]), "POST /p a=1");
      assert.equal(headers["content-type"], "application/x-www-form-urlencoded");
      const file = `${directory}/body`;
      await writeFile(file, "from a file");
      const put = ["-X", "PUT", "-H", "X-One: 1", "-H", "content-type: text/plain"];
      assert.equal(
        await told(["fetch", ...put, "-d", `@${file}`, url("/p")]),
        "PUT /p from a file",
      );
      assert.deepEqual([headers["x-one"], headers["content-type"]], ["1", "text/plain"]);
      const stdin = "from standard input";
      assert.equal(await told(["fetch", "-d", "@-", url("/p")], { stdin }), `POST /p ${stdin}`);
    });

    it("follows redirects, and fails by a status, where that is asked for", SLOW, async () => {
      assert.equal(await told(["fetch", url("/away")]), "GET /away ");
      assert.equal(await told(["fetch", "-L", url("/away")]), "GET /page ");
      assert.equal(await told(["fetch", url("/gone")]), "GET /gone ");
      const { code, stdout, stderr } = await torcon(["fetch", "-f", url("/gone"), ...control]);
      assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
      assert.match(stderr, /^torcon: The server answered 410 Gone\n$/);
    });

    it("never leaves Tor, and fails in one line", SLOW, async () => {
      const before = web.accepted();
      const own = `http://127.0.0.1:${web.port}/`;
      const cases: [args: string[], code: number, told: RegExp][] = [
        [["fetch", own], 2, /127\.0\.0\.1/],
        [["fetch", "http://no-such.torcon-cli.example/"], 1, /host unreachable/],
        [["fetch", "-m", "0.5", url("/wait"), "-o", `${directory}/wait`], 1, /within 500 ms/],
      ];
      for (const [args, code, told] of cases) {
        const result = await torcon([...args, ...control]);
        assert.deepEqual({ code: result.code, stdout: result.stdout }, { code, stdout: "" });
        assert.match(result.stderr, /^torcon: [^\n]+\n$/);
        assert.match(result.stderr, told);
      }
      assert.ok(web.accepted() <= before + 1);
    });
  });

  describe("resolve", () => {
    it("finds the addresses of a name, and the name of an address", SLOW, async () => {
      assert.equal(await told(["resolve", WEB]), "127.0.0.1\n2001:db8::7\n");
      assert.deepEqual(JSON.parse(await told(["resolve", "--json", "198.51.100.77"])), {
        address: "198.51.100.77",
        name: "seventy-seven.torcon-cli.example",
      });
      const { code } = await torcon(["resolve", "no-such.torcon-cli.example", ...control]);
      assert.equal(code, 1);
    });
  });

  describe("connect", () => {
    it("passes bytes on and back, until the host ends", SLOW, async () => {
      const { port } = echo.address() as { port: number };
      const stdin = Uint8Array.from({ length: 256 }, (_, i) => i);
      await using program = await start(["connect", WEB, String(port), ...control], { stdin });
      const back = await new Response(program.stdout as BodyInit).arrayBuffer();
      assert.deepEqual(new Uint8Array(back), stdin);
      assert.equal((await program.status).code, 0);
    });

    it("ends by an interrupt", SLOW, async () => {
      const request = `GET /wait HTTP/1.1\r\nHost: ${WEB}\r\n\r\n`;
      const args = ["connect", WEB, String(web.port), ...control];
      await using program = await start(args, { stdin: request });
      await readUntil(program.stdout, /begun/);
      program.kill("SIGINT");
      assert.equal((await program.status).code, 130);
    });
  });

  describe("onion", () => {
    it(
      "serves a directory at the address of a key that it keeps, until it is interrupted",
      SLOW,
      async () => {
        const site = `${directory}/site`;
        await mkdir(site);
        await writeFile(`${site}/index.html`, "<p>onion");
        await writeFile(`${site}/.env`, "SECRET");
        const file = `${directory}/key`;

        await using program = await start(["onion", "serve", site, "--key-file", file, ...control]);
        const [, address] = await readUntil(program.stdout, /^(http:\S+)\n/);
        const key = OnionServiceKey.fromSecretKeyFile(await readFile(file));
        assert.equal(address, `http://${key.address}/`);
        const [progress] = await readUntil(program.stderr, /100 %.*\n/);
        assert.match(progress, /Published/);
        const response = await tor.fetch(address!);
        assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
        assert.equal(await response.text(), "<p>onion");
        assert.equal((await tor.fetch(`${address}.env`)).status, 404);

        program.kill("SIGINT");
        assert.equal((await program.status).code, 130);
        assert.deepEqual(await tor.onionServices({ kinds: ["ephemeral", "detached"] }), []);
      },
    );

    it("forwards a port to those who have a key", SLOW, async () => {
      const visitor = OnionClientKey.generate();
      const to = String(web.port);
      const args = ["onion", "forward", "80", "--to", to, "--client", `${visitor.publicKey}`];
      await using program = await start([...args, "--json", ...control]);
      const [text] = await readUntil(program.stdout, /^\{[^]*?\n\}\n/);
      const { address, port, target } = JSON.parse(text);
      assert.deepEqual({ port, target }, { port: 80, target: `127.0.0.1:${to}` });
      await tor.addOnionAuthentication(address, visitor);
      assert.equal(await (await tor.fetch(`http://${address}/page`)).text(), "GET /page ");
      program.kill("SIGTERM");
      assert.equal((await program.status).code, 143);
    });
  });

  describe("launch", () => {
    it("has a Tor in the foreground, and leaves nothing when it is interrupted", SLOW, async () => {
      const temporary = await mkdtemp(`${tmpdir()}/torcon-test-`);
      const torrc = `${directory}/torrc`;
      await writeFile(torrc, network.clientTorrc);
      const socket = `unix:${temporary}/control`;
      const socks = `unix:${temporary}/socks`;
      const args = ["launch", "--torrc", torrc, "--control-port", socket, "--socks-port", socks];
      await using program = await start([...args, "--json"], { env: { TMPDIR: temporary } });
      const [text] = await readUntil(program.stdout, /^\{[^]*?\n\}\n/);
      const ready = JSON.parse(text);
      assert.deepEqual([ready.control, ready.socks], [socket, [socks]]);
      await readUntil(program.stderr, /^\[#{20}\] 100 % {2}Done\n/m);
      const status = await torcon(["status", "--json", "--control", socket]);
      assert.equal(JSON.parse(status.stdout).pid, ready.pid);

      program.kill("SIGINT");
      assert.equal((await program.status).code, 130);
      assert.deepEqual(await readdir(temporary), []);
      await rm(temporary, { recursive: true });
      const runtime = await detectRuntime();
      assert.equal(await runtime.stat(`/proc/${ready.pid}`), undefined);
    });

    it("ends with its Tor", SLOW, async () => {
      const torrc = `${directory}/mortal`;
      await writeFile(torrc, network.clientTorrc);
      const socket = `unix:${directory}/mortal-control`;
      const args = ["launch", "--json", "--torrc", torrc, "--control-port", socket];
      await using program = await start([
        ...args,
        "--socks-port",
        `unix:${directory}/mortal-socks`,
      ]);
      const [text] = await readUntil(program.stdout, /^\{[^]*?\n\}\n/);
      process.kill(JSON.parse(text).pid, "SIGTERM");
      await readUntil(program.stderr, /^torcon: Tor ended by itself, with the code 0\n/m);
      assert.equal((await program.status).code, 1);
    });

    it("tells why it fails, in one line", SLOW, async () => {
      const torrc = `${directory}/wrong`;
      await writeFile(torrc, "DisableNetwork 1\nNoSuchOption 1\n");
      const socket = `unix:${directory}/wrong-control`;
      const args = ["launch", "--torrc", torrc, "--control-port", socket];
      const { code, stdout, stderr } = await torcon([...args, "--socks-port", "0"]);
      assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
      assert.match(stderr, /^torcon: [^\n]*NoSuchOption[^\n]*\n$/);
      const missing = await torcon(["launch", "--tor", "/nonexistent/tor"]);
      assert.equal(missing.code, 3);
      assert.match(missing.stderr, /^torcon: [^\n]*\/nonexistent\/tor[^\n]*\n$/);
    });
  });
});
