import { type Agent, get, type IncomingMessage } from "node:http";
import type { Conn } from "../../lib/runtime/types.ts";
import type { TorConnections } from "../../lib/tor/connections.ts";
import { text } from "../runtime/_support.ts";
import { startServer, type TestServer } from "./_support.ts";

/** The ways to a server that a Tor offers; each asks for a name of its own. */
export const WAYS = ["fetch", "redirect", "redirected", "stream", "agent", "resolve"] as const;

/** What goes those ways but one, which resolves: a Tor, or a circuit. */
export interface Connecting {
  fetch(url: string): Promise<Response>;
  streamVia(host: string, port: number): Promise<Conn>;
  httpAgent<A extends Agent>(): Promise<A>;
}

/** Where all the ways lead to. */
export interface WaysTarget {
  /** What the names end with that the ways ask for, such as `"a.example"` for `"fetch.a.example"`. */
  readonly suffix: string;
  /** The server's port. */
  readonly port: number;
}

/** The records by which the exits know the names. */
export function waysRecords(suffix: string): Record<string, string> {
  return Object.fromEntries(WAYS.map((way) => [`${way}.${suffix}`, "127.0.0.1"]));
}

/** Starts a server that greets, and redirects to the address in a path such as `/to/a.example:80`. */
export async function startWaysServer(): Promise<TestServer> {
  return await startServer((request, response) => {
    const [, to] = /^\/to\/(.+)/.exec(request.url!) ?? [];
    if (to !== undefined) response.writeHead(302, { Location: `http://${to}/` });
    response.end(`hello ${request.headers.host}`);
  });
}

/** What the server answers to {@linkcode goEveryWay}. */
export function waysAnswers(target: WaysTarget): Record<string, string> {
  return { ...connectionAnswers(target), resolve: "127.0.0.1" };
}

/** What the server answers to {@linkcode connectEveryWay}. */
export function connectionAnswers({ suffix, port }: WaysTarget): Record<string, string> {
  const hello = (way: typeof WAYS[number]) => `hello ${way}.${suffix}:${port}`;
  return {
    fetch: hello("fetch"),
    redirect: hello("redirected"),
    stream: hello("stream"),
    agent: hello("agent"),
    literal: `hello 127.0.0.1:${port}`,
  };
}

/** Goes every way to the server through a Tor that allows private addresses. */
export async function goEveryWay(
  tor: TorConnections,
  target: WaysTarget,
): Promise<Record<string, string>> {
  const answers = await connectEveryWay(tor, target);
  return { ...answers, resolve: (await tor.dnsResolve(`resolve.${target.suffix}`)).join(" ") };
}

/** Goes every way to the server but the one that only resolves. */
export async function connectEveryWay(
  by: Connecting,
  { suffix, port }: WaysTarget,
): Promise<Record<string, string>> {
  const host = (way: typeof WAYS[number]) => `${way}.${suffix}:${port}`;
  const fetchText = async (address: string) => await (await by.fetch(`http://${address}`)).text();
  const agent = await by.httpAgent<Agent>();
  try {
    return {
      fetch: await fetchText(`${host("fetch")}/`),
      redirect: await fetchText(`${host("redirect")}/to/${host("redirected")}`),
      stream: await streamText(by, { hostname: `stream.${suffix}`, port }),
      agent: await getText(`http://${host("agent")}/`, agent),
      literal: await fetchText(`127.0.0.1:${port}/`),
    };
  } finally {
    agent.destroy();
  }
}

/** Gets a page by `node:http`. */
export async function getText(url: string, agent: Agent): Promise<string> {
  const message = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { agent }, resolve).on("error", reject);
  });
  let text = "";
  for await (const chunk of message) text += chunk;
  return text;
}

async function streamText(
  by: Connecting,
  { hostname, port }: { hostname: string; port: number },
): Promise<string> {
  await using conn = await by.streamVia(hostname, port);
  const request = `GET / HTTP/1.0\r\nHost: ${hostname}:${port}\r\n\r\n`;
  await conn.writable.getWriter().write(new TextEncoder().encode(request));
  const answer = await text(conn.readable);
  return answer.slice(answer.indexOf("\r\n\r\n") + 4);
}
