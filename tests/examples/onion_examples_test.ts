import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { after, before, describe, it } from "node:test";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import { launch } from "../../lib/tor/launch.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import { useNetwork } from "../_support/network.ts";
import { startWebServer } from "../onion/_network.ts";
import { receive, send } from "../runtime/_support.ts";
import { Example, SLOW } from "./_example.ts";

const SITE = /^The site is at (http:\/\/[a-z2-7]{56}\.onion\/)$/;

describe("the examples of onion services", () => {
  let network: PrivateNetwork;
  let host: Tor;
  let visitor: Tor;
  let directory: string;
  let control: string;
  /** Started beside the others' Tor, since its own takes as long. */
  let singleHop: Example;

  before(async () => {
    network = await useNetwork();
    directory = await mkdtemp(`${tmpdir()}/torcon-test-`);
    const own = `${directory}/own`;
    await mkdir(own);
    await writeFile(`${own}/torrc`, network.clientTorrc);
    singleHop = new Example("onion_web_site_single_hop", {
      args: ["--torrc", `${own}/torrc`],
      directory: own,
    });
    [host, visitor] = await Promise.all([
      launch({ torrc: network.clientOptions }),
      launch({ torrc: network.clientOptions }),
    ]);
    control = `unix:${host.process!.dataDirectory}/control`;
  }, SLOW);
  after(async () => {
    for (const held of [singleHop, visitor, host, network]) await held?.[Symbol.asyncDispose]();
    if (directory !== undefined) await rm(directory, { recursive: true });
  });

  const start = (name: string, ...args: string[]) =>
    new Example(name, { args, directory, sockets: host.process!.dataDirectory });
  const visit = async (url: string) => {
    const response = await visitor.fetch(url, { signal: AbortSignal.timeout(60_000) });
    return await response.text();
  };
  const urlOf = async (example: Example) => SITE.exec(await example.line(SITE))![1]!;

  /** Ends it as its user does. */
  async function interrupt(example: Example): Promise<readonly string[]> {
    example.interrupt();
    const { code, signal, stderr, lines } = await example.outcome();
    // Without the permission to send a signal Deno exits with its code.
    assert.ok(signal === "SIGINT" || code === 130, `${code} ${signal} ${stderr}`);
    assert.equal(stderr, "");
    return lines;
  }

  it("onion_echo_server gives back what each visitor sends, until Ctrl-C", SLOW, async () => {
    await using example = start("onion_echo_server", control);
    const listening = await example.line(/^Listening on /);
    const [, hostname] = /^Listening on ([a-z2-7]{56}\.onion):7, until Ctrl-C$/.exec(listening)!;
    await using first = await visitor.streamVia(hostname!, 7);
    await example.line(/^visitor 1 came$/);
    await using second = await visitor.streamVia(hostname!, 7);
    await example.line(/^visitor 2 came$/);
    for (const [conn, text] of [[second, "two"], [first, "one"], [second, "again"]] as const) {
      await send(conn, text);
      assert.equal(new TextDecoder().decode(await receive(conn.readable, text.length)), text);
    }
    await first.close();
    await example.line(/^visitor 1 left$/);
    await interrupt(example);
    assert.deepEqual(await readdir(directory), ["own"]);
  });

  it("onion_web_site_filesystem has its address again, and is gone in between", SLOW, async () => {
    const site = `${directory}/site`;
    const arrive = () => start("onion_web_site_filesystem", "--control", control, site);
    await using example = arrive();
    const url = await urlOf(example);
    assert.equal(await visit(url), "This address stays\n");
    const config = await host.getConfig();
    assert.deepEqual(config.hiddenServices.map(({ dir }) => dir), [site]);
    await interrupt(example);
    assert.deepEqual(await host.onionServices({ kinds: ["filesystem"] }), []);
    await using again = arrive();
    assert.equal(await urlOf(again), url);
    await interrupt(again);
    assert.equal((await stat(site)).mode & 0o777, 0o700);
    await rm(site, { recursive: true });
  });

  it("onion_web_site_authorized_clients lets in who has the key alone", SLOW, async () => {
    await using example = start("onion_web_site_authorized_clients", control);
    const lines = await example.end();
    assert.equal(lines.length, 4);
    assert.match(lines[0]!, /^Alice's public key is [A-Z2-7]{52}$/);
    assert.match(lines[1]!, SITE);
    assert.deepEqual(lines.slice(2), [
      "without a key: OnionClientAuthMissingError",
      "with Alice's key: 200 Hello, Alice",
    ]);
    assert.deepEqual(await host.listOnionAuthentications(), []);
  });

  it("onion_web_site_unix_socket offers the server that is there", SLOW, async () => {
    const socket = `${directory}/web`;
    await using _server = await startWebServer(socket);
    await using example = start("onion_web_site_unix_socket", "--control", control, socket);
    const offered = await example.line(/ is offered at /);
    const [, url] = / is offered at (http:\/\/[a-z2-7]{56}\.onion\/)$/.exec(offered)!;
    await example.line(/^It was reached through Tor, after \d+ ms$/);
    assert.equal(await visit(`${url}page`), "hidden /page");
    assert.deepEqual(await interrupt(example), []);
  });

  it("onion_web_site_key_file keeps its key for itself, and its address", SLOW, async () => {
    const file = `${directory}/key`;
    const arrive = () => start("onion_web_site_key_file", "--control", control, file);
    await using example = arrive();
    const url = await urlOf(example);
    assert.equal(await visit(url), "This key stays\n");
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    await interrupt(example);
    await using again = arrive();
    assert.equal(await urlOf(again), url);
    await interrupt(again);
    await chmod(file, 0o640);
    await using refused = arrive();
    const { code, stderr } = await refused.outcome();
    assert.equal(code, 1);
    assert.match(stderr, /\/key: others can read it .*; to close it: chmod 600/);
    await rm(file);
  });

  it("onion_web_site_single_hop warns, and serves by a Tor of its own", SLOW, async () => {
    assert.equal(await visit(await urlOf(singleHop)), "Everyone may know where I am\n");
    singleHop.interrupt();
    const { stderr } = await singleHop.outcome();
    assert.match(stderr, /^WARNING: this onion service is NOT ANONYMOUS: .*\n$/);
    assert.deepEqual(await readdir(`${directory}/own`), ["torrc"]);
  });
});
