import { ControlConnection } from "../control/connection.ts";
import type { ControlConnectionOptions } from "../control/connection_options.ts";
import { detectRuntime } from "../runtime/mod.ts";
import type { Runtime } from "../runtime/types.ts";
import { Tor } from "./tor.ts";

/** How a running Tor is joined. */
export interface ConnectOptions extends Omit<ControlConnectionOptions, "runtime"> {
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
  const runtime = options.runtime ?? await detectRuntime();
  return new Tor(await ControlConnection.connect({ ...options, runtime }));
}
