import type { ControlConnection } from "../control/connection.ts";
import { TorError } from "../errors/mod.ts";
import {
  type BootstrapOptions,
  type BootstrapPhase,
  getBootstrapPhase,
  whenBootstrapped,
} from "../launch/bootstrap.ts";
import { LaunchedTor, type QuitOptions } from "../launch/launched_tor.ts";
import type { TorProcess } from "../launch/tor_process.ts";
import type { AbortOptions, Conn, HttpAgent, Runtime, SocketAddress } from "../runtime/types.ts";
import {
  type ConnectionDefaults,
  TorConnections,
  type TorFetch,
  type TorHttpAgentOptions,
} from "./connections.ts";
import type { NewIdentity } from "./new_identity.ts";
import type { StreamViaOptions } from "./stream_via.ts";
import { TorVersion } from "./tor_version.ts";

/** What a {@linkcode Tor} is made with, besides its control connection or its process. */
export interface TorOptions extends ConnectionDefaults {
  /** The adapter to the platform. */
  runtime: Runtime;
  /** The SOCKS port to use, rather than the first that Tor has. */
  socks?: SocketAddress | undefined;
}

/**
 * A running Tor that this program is connected to. Get one from {@linkcode connect} or
 * {@linkcode launch}.
 *
 * @example Ask a Tor what it is
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * await using tor = await connect({ control: port.address });
 * assert.ok(tor.version?.isAtLeast("0.4.7.1-alpha"));
 * ```
 */
export class Tor implements AsyncDisposable {
  /** The process, where this program has launched it; else `undefined`. */
  readonly process: TorProcess | undefined;
  /**
   * The platform's `fetch`, by type and behaviour, over Tor; it can be passed on by itself. Names go to
   * Tor as they are, and nothing is connected to but the SOCKS port.
   *
   * Each origin has circuits of its own, unless `isolation` says otherwise, and connections are kept for
   * later requests. There are no cookies, no cache and no CORS, and no header is sent that would tell
   * who asks. A time limit is set by `signal: AbortSignal.timeout(ms)`.
   *
   * Numeric addresses of private networks and of this machine are refused, unless `allowPrivate` says
   * otherwise.
   *
   * It rejects as the platform's does: with a `TypeError`, whose `cause` tells why, such as a
   * {@linkcode SocksError} or a {@linkcode CertificateError}, and with the reason of the signal.
   *
   * @example What is on this machine is not asked for over Tor
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * await using tor = await connect({ control: port.address });
   * await assert.rejects(tor.fetch("http://192.168.0.1/"), TypeError);
   * ```
   *
   * @example Fetch a page by an onion address
   * ```ts ignore
   * import { launch } from "@torcon/torcon";
   *
   * await using tor = await launch();
   * const host = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion";
   * const response = await tor.fetch(`http://${host}/`, { signal: AbortSignal.timeout(60_000) });
   * console.log(response.status, await response.text());
   * ```
   */
  readonly fetch: TorFetch;
  readonly #control: ControlConnection | undefined;
  readonly #launched: LaunchedTor | undefined;
  readonly #connections: TorConnections;
  #version: TorVersion | undefined;

  /**
   * Wraps a control connection, or a Tor that was launched, which belongs to this object from now on.
   */
  constructor(source: ControlConnection | LaunchedTor, options: TorOptions) {
    this.#launched = source instanceof LaunchedTor ? source : undefined;
    this.#control = source instanceof LaunchedTor ? source.control : source;
    this.process = this.#launched?.process;
    this.#connections = new TorConnections({ ...options, control: this.#control });
    this.fetch = this.#connections.fetch;
  }

  /**
   * The control connection: every command and every event.
   *
   * @throws {TorError} Where Tor was launched with `control: 0`.
   */
  get control(): ControlConnection {
    if (this.#control === undefined) {
      throw new TorError("Cannot control a Tor that was launched without a control port");
    }
    return this.#control;
  }

  /**
   * Tor's version, which can be compared; `undefined` where a filter hides it, without a control port,
   * and where it is none. The text alone is `control.torVersion`.
   */
  get version(): TorVersion | undefined {
    const text = this.#control?.torVersion;
    // After a lost connection it may be another Tor that answers.
    if (text !== this.#version?.text) this.#version = TorVersion.parse(text ?? "");
    return this.#version;
  }

  /**
   * How far Tor is on its way into the network (GETINFO status/bootstrap-phase, control-spec, section
   * 3.9).
   *
   * @param options A `signal` to give up the wait for the reply with.
   * @returns The phase that Tor is in, with the problem that it has, where it has one.
   * @throws {TorError} Where there is no control port, or the answer cannot be read.
   *
   * @example See how far a Tor is
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("GETINFO status/bootstrap-phase").reply(
   *   '250-status/bootstrap-phase=NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY="Done"',
   *   "250 OK",
   * );
   * await using tor = await connect({ control: port.address });
   * const { percent, tag } = await tor.bootstrapPhase();
   * assert.deepEqual({ percent, tag }, { percent: 100, tag: "done" });
   * ```
   */
  async bootstrapPhase(options: AbortOptions = {}): Promise<BootstrapPhase> {
    return await getBootstrapPhase(this.control, options);
  }

  /**
   * Resolves when Tor can build circuits: at once where it can already.
   *
   * @param options Who is told of the progress, and a `signal` to give up with.
   * @throws {DisconnectedError} Where the connection is lost before that.
   * @throws {TorError} Where there is no control port, or the connection is closed.
   *
   * @example Wait for a Tor that was just started
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("SETEVENTS STATUS_CLIENT").reply("250 OK");
   * port.expect("GETINFO status/bootstrap-phase").reply(
   *   '250-status/bootstrap-phase=NOTICE BOOTSTRAP PROGRESS=95 TAG=circuit_create SUMMARY="Last"',
   *   "250 OK",
   *   '650 STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY="Done"',
   * );
   * port.expect("SETEVENTS").reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * const percents: number[] = [];
   * await tor.whenReady({ onProgress: ({ percent }) => percents.push(percent) });
   * assert.equal(percents.at(-1), 100);
   * ```
   */
  async whenReady(options: BootstrapOptions = {}): Promise<void> {
    await whenBootstrapped(this.control, options);
  }

  /**
   * Connects to a host through Tor.
   *
   * The SOCKS port is the one that the option `socks` of {@linkcode connect} names, else the first that
   * Tor listens on, a Unix socket before TCP; where Tor has none, one is added. Half-closing ends the
   * connection in both directions, since Tor knows no half-close.
   *
   * @param host A name, which goes to Tor as it is and is resolved by the exit, or an IP address.
   * @param port 1 to 65535.
   * @param options TLS, isolation, limits.
   * @returns The connection, which belongs to the caller.
   * @throws {SocksError} Of the class that tells why Tor did not connect.
   * @throws {CertificateError} Where the server's certificate, or the name in it, does not verify.
   * @throws {TlsError} Where TLS fails for another reason.
   * @throws {TimeoutError} Where the time is over.
   * @throws {TorError} Where Tor has no SOCKS port and cannot be given one.
   * @throws {TypeError} Where the host is none, or is private and that is not allowed.
   * @throws {RangeError} Where the port is not 1 to 65535, or the name is over 255 bytes.
   *
   * @example Speak to a server
   * ```ts ignore
   * import { launch } from "@torcon/torcon";
   *
   * await using tor = await launch();
   * await using conn = await tor.streamVia("www.example", 443, { tls: true, isolation: "mine" });
   * const writer = conn.writable.getWriter();
   * await writer.write(new TextEncoder().encode("GET / HTTP/1.0\r\nHost: www.example\r\n\r\n"));
   * for await (const chunk of conn.readable) console.log(chunk);
   * ```
   */
  async streamVia(host: string, port: number, options: StreamViaOptions = {}): Promise<Conn> {
    return await this.#connections.streamVia({ hostname: host, port }, options);
  }

  /**
   * Makes an `http.Agent` of `node:http` that connects through Tor, for `http:` and `https:` alike: for
   * axios, got, ws, `node:https` and whatever else takes one.
   *
   * Names go to Tor as they are, and certificates are verified whatever the request's own options say.
   * Whoever uses it must take care that it is used for every request: a library that follows a redirect
   * without it leaves Tor.
   *
   * @param options Isolation, and whether connections are kept.
   * @returns The agent; `destroy()` ends its connections.
   *
   * @example Use a library of Node's
   * ```ts ignore
   * import { launch } from "@torcon/torcon";
   * import http from "node:http";
   *
   * await using tor = await launch();
   * const agent = await tor.httpAgent<http.Agent>();
   * http.get("http://www.example/", { agent }, (response) => console.log(response.statusCode));
   * ```
   */
  async httpAgent<Agent extends HttpAgent = HttpAgent>(
    options: TorHttpAgentOptions = {},
  ): Promise<Agent> {
    return await this.#connections.httpAgent<Agent>(options);
  }

  /**
   * Resolves a name through Tor, to an IPv4 address and an IPv6 address where it has both.
   *
   * Tor tells one address of each family, and of both only at a DNS port: its SOCKS ports tell one
   * address, IPv4 by preference, and `RESOLVE` of the control port IPv4 alone. So it is asked at the first
   * DNS port that Tor has (`GETINFO net/listeners/dns`); where it has none, one is added on a free port of
   * 127.0.0.1 as `__DNSPort`, which changes nothing that the user has configured and is never saved. Where
   * that is refused, and without a control port, the answer is the one address that the SOCKS port gives.
   *
   * @param host The name; an IP address is its own answer.
   * @param options A `signal` to give up with.
   * @returns The addresses, at least one, IPv4 first.
   * @throws {SocksHostUnreachableError} Where the name has no address.
   * @throws {TorError} Where Tor could not resolve it.
   * @throws {TypeError | RangeError} Where it is no name, or one over 255 bytes.
   *
   * @example An IP address is its own answer
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * await using tor = await connect({ control: port.address });
   * assert.deepEqual(await tor.dnsResolve("2001:DB8:0::7"), ["2001:db8::7"]);
   * ```
   */
  async dnsResolve(host: string, options: AbortOptions = {}): Promise<string[]> {
    return await this.#connections.dnsResolve(host, options);
  }

  /**
   * Finds the name of an IPv4 or IPv6 address through Tor (Tor's socks-extensions, RESOLVE_PTR). Whoever
   * has the address decides what its name is.
   *
   * @param address The address.
   * @param options A `signal` to give up with, and whether private addresses are allowed.
   * @returns The name.
   * @throws {SocksHostUnreachableError} Where the address has no name.
   * @throws {SocksError} Of the class that tells why Tor did not find it.
   * @throws {TypeError} Where it is no IP address, or a private one and that is not allowed.
   *
   * @example Find a name
   * ```ts ignore
   * import { launch } from "@torcon/torcon";
   *
   * await using tor = await launch();
   * console.log(await tor.dnsResolvePtr("192.0.2.7"), await tor.dnsResolvePtr("2001:db8::7"));
   * ```
   */
  async dnsResolvePtr(
    address: string,
    options: AbortOptions & {
      /** Allow addresses of this machine and of private networks; default what the Tor was made with. */
      allowPrivate?: boolean | undefined;
    } = {},
  ): Promise<string> {
    return await this.#connections.dnsResolvePtr(address, options);
  }

  /**
   * Takes on a new identity (SIGNAL NEWNYM, control-spec, section 3.7): what is connected from now on uses
   * new circuits, and {@linkcode fetch} new connections. What is open keeps the old ones.
   *
   * Tor agrees at once and acts at most every ten seconds: this resolves when it has acted, and tells
   * how long that took.
   *
   * @param options A `signal` to give up the wait with; Tor still acts then.
   * @returns By how many milliseconds Tor has delayed it.
   * @throws {DisconnectedError} Where the connection is lost before Tor has acted.
   * @throws {TorError} Where there is no control port.
   *
   * @example Take on a new identity
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("SETEVENTS SIGNAL").reply("250 OK");
   * port.expect("SIGNAL NEWNYM").reply("250 OK", "650 SIGNAL NEWNYM");
   * port.always("SETEVENTS").reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * const { delayed } = await tor.newIdentity();
   * assert.ok(delayed < 10_000);
   * ```
   */
  async newIdentity(options: AbortOptions = {}): Promise<NewIdentity> {
    return await this.#connections.newIdentity(options);
  }

  /**
   * Ends a Tor that this program has launched: by QUIT, then by SIGTERM, then by SIGKILL;
   * resolves when the process and its temporary files are gone. Of a Tor that was joined it takes
   * leave (QUIT), which runs on. Harmless when repeated.
   *
   * @param options How long a launched Tor has to end by itself.
   *
   * @example End a Tor
   * ```ts
   * import { launch } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const tor = await launch({ torrc: { DisableNetwork: 1 } });
   * await tor.quit();
   * assert.equal((await tor.process?.ended)?.code, 0);
   * ```
   */
  async quit(options: QuitOptions = {}): Promise<void> {
    await this.#connections.close();
    if (this.#launched !== undefined) await this.#launched.quit(options);
    else if (this.control.connected) await this.control.quit();
    else await this.control.close();
  }

  /** Ends a Tor that was launched; closes the connection to one that was joined, which runs on. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connections.close();
    if (this.#launched !== undefined) await this.#launched.quit();
    else await this.control.close();
  }
}
