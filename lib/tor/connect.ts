import { ControlConnection } from "../control/connection.ts";
import type { ControlConnectionOptions } from "../control/connection_options.ts";
import { detectRuntime } from "../runtime/mod.ts";
import type { AbortOptions, Address, Runtime } from "../runtime/types.ts";
import { parseAddress } from "../util/address.ts";
import type { ConnectionDefaults } from "./connections.ts";
import { Tor } from "./tor.ts";

/** How a running Tor is joined. */
export interface ConnectOptions
  extends Omit<ControlConnectionOptions, "runtime">, ConnectionDefaults {
  /**
   * The SOCKS port to connect through; default the first that Tor listens on, a Unix socket before TCP,
   * and where it has none, one that is added.
   */
  socks?: Address | undefined;
  /** The adapter to the platform; default that of the runtime that this runs on. */
  runtime?: Runtime | undefined;
}

/**
 * Joins a Tor that is running, through its control port. By default the places are tried where a
 * system's Tor or the Tor Browser has it: `/run/tor/control`, `/var/run/tor/control`, port 9051 and
 * port 9151 of 127.0.0.1.
 *
 * @throws {ConnectError} Where none of several addresses can be used; it tells each and why.
 * @throws {TorError} Of a single address its own error: `ConnectionRefusedError`,
 * `PathNotFoundError`, `ProtocolError`, `AuthenticationError`, `TimeoutError` or another.
 *
 * @example Join a Tor by the address of its control port
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * await using tor = await connect({ control: port.address });
 * assert.ok(tor.control.connected);
 * ```
 */
export async function connect(options: ConnectOptions = {}): Promise<Tor> {
  const { socks: address, allowPrivate, caCertificates } = options;
  const socks = address === undefined ? undefined : parseAddress(address);
  const runtime = options.runtime ?? await detectRuntime();
  const control = await ControlConnection.connect({ ...options, runtime });
  const { address: controlAddress } = control;
  const reopen = ({ signal }: AbortOptions) =>
    ControlConnection.connect({
      ...options,
      runtime,
      control: controlAddress,
      reconnect: false,
      signal,
    });
  return new Tor(control, { runtime, socks, allowPrivate, caCertificates, reopen });
}
