import { describe, it } from "node:test";
import assert from "node:assert/strict";
import http, { type Agent, type IncomingMessage, type RequestOptions } from "node:http";
import https from "node:https";
import type { Conn, HttpAgentTarget, Runtime, RuntimeHttpAgent } from "../../lib/runtime/types.ts";
import { inTempDirectory } from "./_support.ts";

/** What every adapter's `httpAgent` must do. */
export function httpAgentContract(runtime: Runtime): void {
  describe("an http.Agent", () => {
    it("asks for each connection by name, and uses nothing else", () =>
      withServer(runtime, async ({ agentOf, targets }) => {
        const agent = await agentOf();
        // The server does not speak TLS: who is asked for that connects as he sees fit.
        const answers = [
          await get(http, "http://a.onion/1", { agent }),
          await get(http, "http://b.onion:81/2", { agent }),
          await get(http, "http://[::1]/3", { agent }),
          await get(https, "https://c.onion/4", { agent }),
          await get(https, "https://d.onion:444/5", { agent, servername: "other.onion" }),
        ];
        assert.deepEqual(answers, ["/1", "/2", "/3", "/4", "/5"]);
        const told = targets.map(({ hostname, port, secure }) => [hostname, port, secure]);
        assert.deepEqual(told, [
          ["a.onion", 80, false],
          ["b.onion", 81, false],
          ["::1", 80, false],
          ["c.onion", 443, true],
          ["d.onion", 444, true],
        ]);
        assert.equal(targets.at(-1)?.serverName, "other.onion");
        agent.destroy();
      }));

    it("closes a connection after its request, unless it is to keep it", () =>
      withServer(runtime, async ({ agentOf, targets, conns }) => {
        const closing = await agentOf();
        for (let count = 0; count < 2; count++) {
          await get(http, "http://a.onion/", { agent: closing });
          await conns.at(-1)?.closed;
        }
        assert.equal(targets.length, 2);
        const keeping = await agentOf({ keepAlive: true });
        for (let count = 0; count < 2; count++) {
          await get(http, "http://a.onion/", { agent: keeping });
          // The agent takes it back in a later turn.
          await new Promise<void>((resolve) => setImmediate(resolve));
        }
        assert.equal(targets.length, 3);
        keeping.destroy();
        await conns.at(-1)?.closed;
      }));

    it("keeps none of the connections that it is to forget", () =>
      withServer(runtime, async ({ agentOf, targets, conns }) => {
        const agent = await agentOf({ keepAlive: true });
        await get(http, "http://a.onion/", { agent });
        await new Promise<void>((resolve) => setImmediate(resolve));
        agent.forgetConnections();
        await conns[0]!.closed;
        // One in use is not kept afterwards, and is not cut off.
        const used = await new Promise<IncomingMessage>((resolve, reject) => {
          http.get("http://a.onion/", { agent }, resolve).on("error", reject);
        });
        agent.forgetConnections();
        await new Promise((resolve, reject) => {
          used.on("end", resolve).on("error", reject).resume();
        });
        await conns[1]!.closed;
        await get(http, "http://a.onion/", { agent });
        assert.equal(targets.length, 3);
        agent.destroy();
      }));

    it("hands on to a request that waits for it only what it would keep", () =>
      withServer(runtime, async ({ agentOf, targets }) => {
        const opened = async (keepAlive: boolean, act: "forget" | "go on") => {
          const agent = await agentOf({ keepAlive });
          agent.maxSockets = 1;
          const before = targets.length;
          const used = await new Promise<IncomingMessage>((resolve, reject) => {
            http.get("http://a.onion/1", { agent }, resolve).on("error", reject);
          });
          const waiting = get(http, "http://a.onion/2", { agent });
          if (act === "forget") agent.forgetConnections();
          used.resume();
          assert.equal(await waiting, "/2");
          agent.destroy();
          return targets.length - before;
        };
        assert.equal(await opened(true, "go on"), 1);
        assert.equal(await opened(true, "forget"), 2);
        assert.equal(await opened(false, "go on"), 2);
      }));

    it("tells the request why there is no connection", async () => {
      const refusal = new Error("refused");
      const connect = () => Promise.reject(refusal);
      const agent = await runtime.httpAgent({ connect }) as Agent & RuntimeHttpAgent;
      await assert.rejects(get(http, "http://a.onion/", { agent }), (error) => error === refusal);
      await assert.rejects(get(https, "https://a.onion/", { agent }), (error) => error === refusal);
      agent.destroy();
    });

    it("ends the connections in use when it is destroyed", () =>
      withServer(runtime, async ({ agentOf, conns }) => {
        const agent = await agentOf();
        const message = await new Promise<IncomingMessage>((resolve, reject) => {
          http.get("http://a.onion/endless", { agent }, resolve).on("error", reject);
        });
        const over = new Promise((resolve) => message.on("error", resolve).on("close", resolve));
        message.resume();
        agent.destroy();
        await over;
        await conns[0]!.closed;
      }));
  });
}

interface Fixture {
  /** An agent whose connections all lead to the server. */
  readonly agentOf: (options?: { keepAlive?: boolean }) => Promise<Agent & RuntimeHttpAgent>;
  /** What it asked to be connected to. */
  readonly targets: HttpAgentTarget[];
  /** What it was given. */
  readonly conns: Conn[];
}

/** Runs `body` with a server that tells each request its path, or does not come to an end. */
async function withServer(runtime: Runtime, body: (fixture: Fixture) => Promise<void>) {
  await inTempDirectory(runtime, async (directory) => {
    const path = `${directory}/socket`;
    const server = http.createServer((request, response) => {
      if (request.url === "/endless") response.write("and");
      else response.end(request.url);
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const fixture: Fixture = {
      targets: [],
      conns: [],
      agentOf: async (options = {}) =>
        await runtime.httpAgent({
          ...options,
          connect: async (target) => {
            const conn = await runtime.connect({ path });
            fixture.targets.push(target);
            fixture.conns.push(conn);
            return conn;
          },
        }) as Agent & RuntimeHttpAgent,
    };
    try {
      await body(fixture);
    } finally {
      await Promise.all(fixture.conns.map((conn) => conn.close()));
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  });
}

/** Gets a body by `node:http` or `node:https`. */
function get(
  by: typeof http | typeof https,
  url: string,
  options: RequestOptions & { servername?: string },
): Promise<string> {
  return new Promise((resolve, reject) => {
    by.get(url, options, (message) => {
      let body = "";
      message.setEncoding("utf8").on("data", (chunk: string) => body += chunk);
      message.on("end", () => resolve(body)).on("error", reject);
    }).on("error", reject);
  });
}
