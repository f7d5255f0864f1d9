import assert from "node:assert/strict";
import type { Agent } from "node:http";
import { after, before, describe, it } from "node:test";
import { BadOnionAddressError, OnionDescriptorNotFoundError } from "../../lib/errors/mod.ts";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import { launch } from "../../lib/tor/launch.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import { TEST_AUTHORITY } from "../_support/certificates.ts";
import { useNetwork } from "../_support/network.ts";
import { text } from "../runtime/_support.ts";
import { rejection, SLOW, startServer, type TestServer } from "./_support.ts";
import { getText } from "./_ways.ts";

describe("an onion address", () => {
  let network: PrivateNetwork;
  let tor: Tor;
  let plain: TestServer;
  let secure: TestServer;
  let host: string;

  before(async () => {
    network = await useNetwork();
    [plain, secure, tor] = await Promise.all([
      startServer((request, response) => response.end(`hello ${request.headers.host}`)),
      startServer((_request, response) => response.end("secret"), { certificate: "server" }),
      launch({ torrc: network.clientOptions, caCertificates: [TEST_AUTHORITY] }),
    ]);
    host = `${await serveOnion(tor, [[80, plain.port], [443, secure.port]])}.onion`;
  }, SLOW);
  after(async () => {
    for (const held of [tor, plain, secure, network]) await held?.[Symbol.asyncDispose]();
  });

  it("is fetched from, connected to, and given to node:http", SLOW, async () => {
    assert.equal(await (await tor.fetch(`http://${host}/`)).text(), `hello ${host}`);
    assert.equal(await (await tor.fetch(`http://www.${host}/`)).text(), `hello www.${host}`);
    await using conn = await tor.streamVia(host, 80);
    const request = new TextEncoder().encode("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
    await conn.writable.getWriter().write(request);
    assert.match(await text(conn.readable), /^HTTP\/1\.1 200 OK[^]*hello a$/);
    const agent = await tor.httpAgent<Agent>();
    assert.equal(await getText(`http://${host}/`, agent), `hello ${host}`);
    agent.destroy();
  });

  it("must be in the certificate, too", SLOW, async () => {
    const error = await rejection(tor.fetch(`https://${host}/`));
    assert.equal((error.cause as Error).name, "CertificateError");
    await using conn = await tor.streamVia(host, 443, { tls: { serverName: "secure.test" } });
    await conn.writable.getWriter().write(new TextEncoder().encode("GET / HTTP/1.0\r\n\r\n"));
    assert.match(await text(conn.readable), /secret$/);
  });

  it("that is none, or has no service, has its own error", SLOW, async () => {
    for (
      const [name, Cause] of [
        [`x${host}`, BadOnionAddressError],
        ["2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid", OnionDescriptorNotFoundError],
      ] as const
    ) {
      const url = `http://${name.replace(/\.onion$/, "")}.onion/`;
      const error = await rejection(tor.fetch(url));
      assert.ok(error instanceof TypeError && error.cause instanceof Cause, String(error));
    }
  });
});

/** Serves ports at an onion address; resolves to its name when it can be connected to. */
async function serveOnion(tor: Tor, ports: readonly [number, number][]): Promise<string> {
  const uploads = tor.control.events("HS_DESC");
  const { serviceId } = await tor.control.addOnion({
    ports: ports.map(([virtual, target]) => ({ virtual, target })),
    discardKey: true,
  });
  let underWay = 0;
  for await (const { action, hsAddress } of uploads) {
    if (hsAddress !== serviceId || action === "CREATED") continue;
    underWay += action === "UPLOAD" ? 1 : -1;
    // By now every directory that may be asked has it.
    if (underWay === 0) break;
  }
  return serviceId;
}
