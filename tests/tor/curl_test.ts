import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { after, before, describe, it } from "node:test";
import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { CertificateError, SocksError } from "../../lib/errors/mod.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import { TEST_AUTHORITY } from "../_support/certificates.ts";
import { useNetwork } from "../_support/network.ts";
import { inTempDirectory, pattern, receive, same } from "../runtime/_support.ts";
import { rejection, SLOW, startServer, type TestServer } from "./_support.ts";

const AUTHORITY = fileURLToPath(new URL("../data/tls/authority.pem", import.meta.url));
const BIG = pattern(3_000_000);
const HEADERS = { "content-type": "application/x-a", authorization: "Basic YTpi", "x-a": "1" };

/** What came back. */
interface Result {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
}

/** A request, as both are asked to make it. */
interface Case {
  readonly what: string;
  readonly path: string;
  readonly method?: string;
  readonly body?: string;
  readonly redirect?: RequestRedirect;
}

const CASES: readonly Case[] = [
  { what: "a page", path: "/echo" },
  { what: "an error page", path: "/status/404" },
  { what: "a page that is there no more, with a text of its own", path: "/status/410" },
  { what: "no content", path: "/status/204" },
  { what: "a HEAD", path: "/echo", method: "HEAD" },
  { what: "a HEAD of what is coded", path: "/gzip", method: "HEAD" },
  { what: "an OPTIONS", path: "/echo", method: "OPTIONS" },
  { what: "a coded body", path: "/gzip" },
  { what: "a big body", path: "/big" },
  { what: "a body in chunks", path: "/chunks" },
  { what: "a POST", path: "/echo", method: "POST", body: "a=1&b=\u00fc" },
  { what: "a PUT", path: "/echo", method: "PUT", body: "x".repeat(100_000) },
  { what: "a redirect that is followed", path: "/to/302/echo" },
  { what: "a redirect that is not", path: "/to/302/echo", redirect: "manual" },
  { what: "a redirect to the other server", path: "/over/307/echo" },
  { what: "redirects in a row", path: "/to/301/to/308/to/303/echo" },
  ...[301, 302, 303, 307, 308].map((status) => (
    { what: `a POST after ${status}`, path: `/to/${status}/echo`, method: "POST", body: "hello" }
  )),
];

describe("what curl brings through the same SOCKS port", () => {
  let network: PrivateNetwork;
  let tor: Tor;
  let plain: TestServer;
  let secure: TestServer;
  let expired: TestServer;

  before(async () => {
    network = await useNetwork();
    await network.dns.add({ "plain.curl.example": "127.0.0.1", "secure.test": "127.0.0.1" });
    const serve = (certificate: "server" | "expired" | undefined, other: () => string) =>
      startServer(
        (request, response) => void answer(request, response, other),
        certificate === undefined ? {} : { certificate },
      );
    [plain, secure, expired] = await Promise.all([
      serve(undefined, () => origins()[1]!),
      serve("server", () => origins()[0]!),
      serve("expired", () => origins()[0]!),
    ]);
    tor = await connect({
      control: network.client.control,
      socks: network.client.socksPort,
      caCertificates: [TEST_AUTHORITY],
    });
  }, SLOW);
  after(async () => {
    for (const held of [tor, plain, secure, expired, network]) {
      await held?.[Symbol.asyncDispose]();
    }
  });

  /** Both, over HTTP and over HTTPS. */
  const origins = () => [
    `http://plain.curl.example:${plain.port}`,
    `https://secure.test:${secure.port}`,
  ];
  const curl = (url: string, options: Omit<Case, "path" | "what">) =>
    curlBy(network.client.socksPort, url, options);

  for (const { what, path, ...options } of CASES) {
    it(`is what fetch brings: ${what}`, SLOW, async () => {
      for (const origin of origins()) {
        const [expected, answer] = await Promise.all([
          curl(origin + path, options),
          tor.fetch(origin + path, { ...options, headers: HEADERS }),
        ]);
        const { status, headers, body } = expected;
        assert.deepEqual([answer.status, [...answer.headers]], [status, headers]);
        const received = new Uint8Array(await answer.arrayBuffer());
        assert.ok(same(received, body), `${received.byteLength} bytes, not ${body.byteLength}`);
      }
    });
  }

  it("fails where fetch does, and as it does", SLOW, async () => {
    const failures: [string, RegExp, (error: unknown) => boolean][] = [
      [
        "http://none.curl.example/",
        /^curl: \(97\).*\(4\)$/m,
        (error) => error instanceof SocksError && error.code === 4,
      ],
      [
        `https://secure.test:${expired.port}/`,
        /^curl: \(60\)/m,
        (error) => error instanceof CertificateError,
      ],
      [
        `https://plain.curl.example:${secure.port}/`,
        /^curl: \(60\)/m,
        (error) => error instanceof CertificateError,
      ],
    ];
    for (const [url, told, isAlike] of failures) {
      assert.match((await rejection(curl(url, {}))).message, told);
      assert.ok(isAlike((await rejection(tor.fetch(url))).cause), url);
    }
  });
});

/** Answers what the path says. */
async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  otherOrigin: () => string,
): Promise<void> {
  // The seconds would differ.
  response.sendDate = false;
  const { url = "", method, headers } = request;
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const [, where, status, rest] = /^\/(to|over)\/(\d+)(\/.*)/.exec(url) ?? [];
  const [, only] = /^\/status\/(\d+)/.exec(url) ?? [];
  if (where !== undefined) {
    const origin = where === "to" ? "" : otherOrigin();
    response.writeHead(Number(status), { Location: origin + rest });
    response.end("elsewhere");
  } else if (only !== undefined) {
    response.writeHead(Number(only), "As You Like", { "X-Only": ["a", "b"] });
    response.end(only === "204" ? undefined : `this is ${only}`);
  } else if (url === "/gzip") {
    response.writeHead(200, { "Content-Encoding": "gzip" }).end(
      gzipSync("It decodes. ".repeat(99)),
    );
  } else if (url === "/big") {
    response.writeHead(200, { "Content-Length": BIG.byteLength }).end(BIG);
  } else if (url === "/chunks") {
    for (const chunk of ["one", "two", "three"]) response.write(chunk);
    response.end();
  } else {
    const body = Buffer.concat(chunks).toString();
    const sent = ["accept", "authorization", "content-length", "cookie", "referer", "x-a"]
      .concat(body === "" ? [] : "content-type") // which curl is told to send without a body, too
      .map((name) => [name, headers[name]]);
    response.setHeader("Set-Cookie", ["a=1", "b=2; Path=/"]);
    response.end(JSON.stringify({ method, sent, body }));
  }
}

/** Asks curl, which decodes bodies and follows redirects. */
async function curlBy(
  socks: string,
  url: string,
  { method = "GET", body, redirect = "follow" }: Omit<Case, "path" | "what">,
): Promise<Result> {
  const runtime = await detectRuntime();
  let result: Result | undefined;
  await inTempDirectory(runtime, async (directory) => {
    const headers = `${directory}/headers`;
    // -q: the user's own configuration stays out of it.
    const args = ["-q", "--silent", "--show-error", "--noproxy", "", "--socks5-hostname", socks];
    args.push("--cacert", AUTHORITY, "--http1.1", "--dump-header", headers, "--output", "-");
    args.push("--compressed", "--user-agent", "");
    for (const [name, value] of Object.entries(HEADERS)) args.push("--header", `${name}: ${value}`);
    if (redirect === "follow") args.push("--location");
    if (method === "HEAD") args.push("--head");
    else if (body === undefined || method !== "POST") args.push("--request", method);
    if (body !== undefined) args.push("--data-binary", "@-");
    await using program = await runtime.spawn("curl", {
      args: [...args, url],
      stdin: new TextEncoder().encode(body ?? ""),
    });
    const [received, complaint, { success }] = await Promise.all([
      receive(program.stdout),
      receive(program.stderr),
      program.status,
    ]);
    if (!success) throw new Error(new TextDecoder().decode(complaint));
    const blocks = new TextDecoder().decode(await runtime.readFile(headers)).trim();
    const [first = "", ...lines] = blocks.split("\r\n\r\n").at(-1)!.split("\r\n");
    const pairs = lines.map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
    result = {
      status: Number(first.split(" ")[1]),
      headers: [...new Headers(pairs)],
      // To a HEAD it tells the head, which is no body.
      body: method === "HEAD" ? new Uint8Array() : received,
    };
  });
  return result!;
}
