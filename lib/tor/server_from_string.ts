import { OnionServiceKey } from "../onion/onion_service_key.ts";
import type { SocketAddress } from "../runtime/types.ts";
import { parseAddress } from "../util/address.ts";
import { readBoolean, readEndpointValues, readPort } from "./endpoint_values.ts";
import { TorServerEndpoint, type TorServerEndpointOptions } from "./tor_server_endpoint.ts";

/** What an endpoint string can say by key. */
const KEYS = [
  "port",
  "localPort",
  "controlPort",
  "hiddenServiceDir",
  "privateKey",
  "privateKeyFile",
  "singleHop",
  "version",
] as const;

const CLIENTS_INSTEAD =
  "basic and stealth authorization went with version 2; use version 3 with the option clients of " +
  "listen()";

/**
 * Makes an endpoint of a text: a port of an onion service that can be listened on, such as a program
 * takes from its configuration. Nothing is connected to, created or read yet.
 *
 * The text is `onion:` and the port at the onion address, then `key=value` parts separated by colons:
 * `onion:80` or `onion:port=80:localPort=8080`. The keys are
 *
 * - `localPort`: the port of 127.0.0.1 that Tor hands connections to, 0 for any free one; default a Unix
 *   socket, where Tor can use it;
 * - `controlPort`: the control port of the Tor to use: a port of 127.0.0.1, `unix\:/path` or `/path`;
 * - `hiddenServiceDir`: the absolute path of the directory with the service's key and clients; by default
 *   the service is in Tor's memory alone;
 * - `privateKey`: the service's key, as `ED25519-V3\:` and base64; by default Tor makes a new one;
 * - `privateKeyFile`: the absolute path of a file with it, in this form or in that of Tor's
 *   `hs_ed25519_secret_key`, which nobody else may be able to read; one that is missing is made, with a new
 *   key;
 * - `singleHop`: `true` for a service that is not anonymous, of a Tor that runs in that mode;
 * - `version`: `3`, which goes without saying.
 *
 * A colon or backslash in a value has a backslash before it. Without a control port the Tor of
 * {@linkcode TorServerEndpointOptions.tor} is used, by default the one of {@linkcode getGlobalTor}, which
 * is launched by the first that listens.
 *
 * @param description The text.
 * @param options The Tor to use, and how it is joined.
 * @returns The endpoint.
 * @throws {SyntaxError} Where the text is no such endpoint, asks for version 2 or for an authorization of
 * that, or says what does not go together. A key is not in the message.
 * @throws {TypeError | RangeError} Where a port, an address, a path or the key makes no sense.
 *
 * @example Read what is to be listened on
 * ```ts
 * import { serverFromString } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const endpoint = serverFromString("onion:80:localPort=8080:controlPort=9051");
 * assert.equal(endpoint.port, 80);
 * assert.equal(endpoint.localPort, 8080);
 * assert.deepEqual(endpoint.control, { hostname: "127.0.0.1", port: 9051 });
 * assert.throws(() => serverFromString("onion:80:version=2"), /use version=3/);
 * ```
 *
 * @example Listen, by a Tor that stays off the network
 * ```ts
 * import { serverFromString } from "@torcon/torcon";
 * import { startLoneTor } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using lone = await startLoneTor();
 * const control = lone.control.split(":").join("\\:"); // such as unix\:/run/tor/control
 * const endpoint = serverFromString(`onion:80:controlPort=${control}`);
 * await using listener = await endpoint.listen({ awaitUploads: "none" });
 * assert.match(listener.hostname, /\.onion$/);
 * ```
 */
export function serverFromString(
  description: string,
  options: TorServerEndpointOptions = {},
): TorServerEndpoint {
  const values = readEndpointValues(description, {
    action: "listen",
    kind: "onion",
    example: "onion:port",
    keys: KEYS,
    required: ["port"],
    refusal: (name) => /auth|basic|stealth/i.test(name) ? CLIENTS_INSTEAD : undefined,
  });
  checkVersion(values.get("version"));
  const singleHop = readBoolean("singleHop", values.get("singleHop") ?? "false");
  const keys = (["hiddenServiceDir", "privateKey", "privateKeyFile"] as const)
    .filter((key) => values.has(key));
  if (keys.length > 1) {
    throw new SyntaxError(`Cannot use ${keys.join(" together with ")} in an endpoint string`);
  }
  if (singleHop && keys[0] === "hiddenServiceDir") {
    throw new SyntaxError(
      "Cannot use singleHop together with hiddenServiceDir: Tor decides it for all services that " +
        "have a directory, by HiddenServiceSingleHopMode",
    );
  }
  const localPort = values.get("localPort");
  const privateKey = values.get("privateKey");
  return new TorServerEndpoint({
    // What is wrong is told here, and not when it is listened on.
    port: readPort("port", values.get("port")!),
    localPort: localPort === undefined ? undefined : readPort("localPort", localPort, 0),
    control: readControl(values.get("controlPort")),
    hiddenServiceDir: readPath("hiddenServiceDir", values.get("hiddenServiceDir")),
    privateKey: privateKey === undefined ? undefined : OnionServiceKey.parse(privateKey),
    privateKeyFile: readPath("privateKeyFile", values.get("privateKeyFile")),
    singleHop,
  }, options);
}

function checkVersion(version: string = "3"): void {
  if (version === "3") return;
  const why = version === "2"
    ? "Tor has given it up, use version=3, which has other addresses"
    : "expected 3";
  throw new SyntaxError(`Cannot listen on an onion service of version ${version}: ${why}`);
}

/** The control port that the text names; `undefined` where it names none. */
function readControl(text: string | undefined): SocketAddress | undefined {
  if (text === undefined) return undefined;
  if (text.startsWith("/")) return parseAddress({ path: text });
  if (text.includes(":")) return parseAddress(text);
  return { hostname: "127.0.0.1", port: readPort("controlPort", text) };
}

function readPath(key: string, path: string | undefined): string | undefined {
  if (path === undefined || /^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(path)) return path;
  throw new TypeError(`Cannot use ${JSON.stringify(path)} as ${key}: expected an absolute path`);
}
