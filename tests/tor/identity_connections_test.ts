import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { describe, it } from "node:test";
import { encodeText } from "../../lib/codec/text.ts";
import { deferred } from "../../lib/util/deferred.ts";
import { SUCCESS } from "../_support/scripted_socks_server.ts";
import { ScriptedTor } from "./_scripted_tor.ts";

const PAGE = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";
const MOVED = "HTTP/1.1 302 Found\r\nLocation: http://b.example/\r\nContent-Length: 0\r\n\r\n";

/** What is shared is waited for in vain, and would be let go after 15 seconds by itself. */
const LIMIT = { timeout: 10_000 };

/** A Tor that has pages behind each stream, and one of which the user takes on a new identity. */
class IdentityTor implements AsyncDisposable {
  readonly scripted: ScriptedTor;

  private constructor(scripted: ScriptedTor) {
    this.scripted = scripted;
  }

  /** Starts it with what a.example answers, and when. */
  static async start(answer = PAGE, ready: Promise<void> = Promise.resolve()) {
    const scripted = await ScriptedTor.start({
      reply: async ({ host }) => {
        await ready;
        return [...SUCCESS, ...encodeText(host === "a.example" ? answer : PAGE)];
      },
      then: "silence",
    });
    scripted.control.always(/^SETEVENTS/).reply("250 OK");
    scripted.control.always("SIGNAL NEWNYM").reply("250 OK", "650 SIGNAL NEWNYM");
    return new IdentityTor(scripted);
  }

  /** Each stream's host, and the number of the session that its isolation belongs to. */
  get streams(): string[] {
    const { requests } = this.scripted.socks;
    const sessions = requests.map(({ password }) => password!.slice(0, 16));
    return requests.map(({ host }, i) => {
      return `${host} ${[...new Set(sessions)].indexOf(sessions[i]!)}`;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.scripted[Symbol.asyncDispose]();
  }
}

async function get(url: string, agent: http.Agent): Promise<void> {
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    http.get(url, { agent }, resolve).on("error", reject);
  });
  await once(response.resume(), "end");
}

async function text(response: Promise<Response>): Promise<string> {
  return await (await response).text();
}

describe("after Tor.newIdentity", () => {
  it("fetch shares no connection that was kept, and no isolation", LIMIT, async () => {
    await using identity = await IdentityTor.start();
    const { tor, socks } = identity.scripted;
    await text(tor.fetch("http://a.example/"));
    await tor.newIdentity();
    await socks.clientsGone;
    await text(tor.fetch("http://a.example/"));
    await using _conn = await tor.streamVia("c.example", 80);
    assert.deepEqual(identity.streams, ["a.example 0", "a.example 1", "c.example 1"]);
  });

  it("nor what an older request was opening a connection for", LIMIT, async () => {
    const ready = deferred<void>();
    await using identity = await IdentityTor.start(PAGE, ready.promise);
    const { tor, socks } = identity.scripted;
    const older = text(tor.fetch("http://a.example/"));
    await socks.asked;
    await tor.newIdentity();
    ready.resolve();
    assert.equal(await older, "OK");
    await socks.clientsGone;
    await text(tor.fetch("http://a.example/"));
    assert.deepEqual(identity.streams, ["a.example 0", "a.example 1"]);
  });

  it("nor what an older request is redirected to", LIMIT, async () => {
    const ready = deferred<void>();
    await using identity = await IdentityTor.start(MOVED, ready.promise);
    const { tor, socks } = identity.scripted;
    const older = text(tor.fetch("http://a.example/"));
    await socks.asked;
    await tor.newIdentity();
    ready.resolve();
    assert.equal(await older, "OK");
    await socks.clientsGone;
    await text(tor.fetch("http://b.example/"));
    assert.deepEqual(identity.streams, ["a.example 0", "b.example 0", "b.example 1"]);
  });

  it("nor where the wait for it was given up", LIMIT, async () => {
    await using identity = await IdentityTor.start();
    const { tor, control, socks } = identity.scripted;
    await text(tor.fetch("http://a.example/"));
    control.expect("SIGNAL NEWNYM").reply("250 OK"); // Tor acts ten seconds later
    const reason = new Error("enough");
    const stop = new AbortController();
    const waiting = tor.newIdentity({ signal: stop.signal });
    await control.waitFor("SIGNAL NEWNYM");
    stop.abort(reason);
    await assert.rejects(waiting, (error) => error === reason);
    await socks.clientsGone;
  });

  it("agents keep nothing of what was open, or being opened", LIMIT, async () => {
    const ready = deferred<void>();
    await using identity = await IdentityTor.start(PAGE, ready.promise);
    const { tor, socks } = identity.scripted;
    const agent = await tor.httpAgent<http.Agent>({ keepAlive: true });
    const older = get("http://a.example/", agent);
    await socks.asked;
    await tor.newIdentity();
    ready.resolve();
    await older;
    await socks.clientsGone;
    await get("http://a.example/", agent);
    assert.deepEqual(identity.streams, ["a.example 0", "a.example 1"]);
    await tor.newIdentity();
    await socks.clientsGone;
  });
});
