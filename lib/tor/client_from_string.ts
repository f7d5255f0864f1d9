import { parseSocksHost } from "../socks/socks_host.ts";
import { parseAddress } from "../util/address.ts";
import type { SocketAddress } from "../runtime/types.ts";
import { readBoolean, readEndpointValues, readPort } from "./endpoint_values.ts";
import { TorClientEndpoint, type TorClientEndpointOptions } from "./tor_client_endpoint.ts";

/** What an endpoint string can say by key. */
const KEYS = [
  "host",
  "port",
  "socksHostname",
  "socksPort",
  "socksUsername",
  "socksPassword",
  "tls",
] as const;
type Key = typeof KEYS[number];

/** Where a Tor that is installed on a system has its SOCKS port. */
const DEFAULT_SOCKS_PORT = 9050;

/**
 * Makes an endpoint of a text: a host and a port that can be connected to through Tor, such as a program
 * takes from its configuration. Nothing is connected to yet.
 *
 * The text is `tor:`, and then `key=value` parts separated by colons, or in their place the host and the
 * port by themselves: `tor:host=example.com:port=80` or `tor:example.com:80`. The other keys are
 * `socksPort` (a port, or `unix\:/path`), `socksHostname` (default `127.0.0.1`), `socksUsername` and
 * `socksPassword` (which are sent as they are, and keep apart what differs in them), and `tls` (`true`
 * or `false`). A colon or backslash in a value has a backslash before it; an IPv6 address may stand in
 * brackets instead.
 *
 * Without a SOCKS port the Tor of {@linkcode TorClientEndpointOptions.tor} is used, by default the one
 * of {@linkcode getGlobalTor}, which is launched by the first connection.
 *
 * @param description The text.
 * @param options The Tor to use, and what is trusted and allowed.
 * @returns The endpoint.
 * @throws {SyntaxError} Where the text is no such endpoint.
 * @throws {TypeError | RangeError} Where the host, the port or an address makes no sense.
 *
 * @example Read what is to be connected to
 * ```ts
 * import { clientFromString } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const endpoint = clientFromString("tor:host=example.com:port=443:tls=true:socksPort=9150");
 * assert.equal(endpoint.host, "example.com");
 * assert.equal(endpoint.port, 443);
 * assert.deepEqual(endpoint.socks, { hostname: "127.0.0.1", port: 9150 });
 * assert.equal(clientFromString("tor:example.com:80").port, 80);
 * ```
 */
export function clientFromString(
  description: string,
  options: TorClientEndpointOptions = {},
): TorClientEndpoint {
  const values = readValues(description);
  return new TorClientEndpoint({
    // What is wrong is told here, and not when it is connected to.
    host: parseSocksHost(values.get("host")!).text,
    port: readPort("port", values.get("port")!),
    socks: readSocks(values),
    username: values.get("socksUsername"),
    password: values.get("socksPassword"),
    tls: readBoolean("tls", values.get("tls") ?? "false"),
  }, options);
}

function readValues(description: string): Map<Key, string> {
  const values = readEndpointValues(description, {
    action: "connect",
    kind: "tor",
    example: "tor:host:port",
    keys: KEYS,
    required: ["host", "port"],
  });
  if (values.has("socksUsername") !== values.has("socksPassword")) {
    throw new SyntaxError("Cannot use socksUsername without socksPassword, or the other way round");
  }
  return values;
}

/** The SOCKS port that the text names; `undefined` where it names none. */
function readSocks(values: ReadonlyMap<Key, string>): SocketAddress | undefined {
  const hostname = values.get("socksHostname");
  const port = values.get("socksPort");
  if (hostname === undefined && port === undefined) return undefined;
  if (port?.startsWith("unix:")) {
    if (hostname === undefined) return parseAddress(port);
    throw new SyntaxError("Cannot use socksHostname together with a Unix socket");
  }
  return parseAddress({
    hostname: (hostname ?? "127.0.0.1").replace(/^\[(.*)\]$/, "$1"),
    port: port === undefined ? DEFAULT_SOCKS_PORT : readPort("socksPort", port),
  });
}
