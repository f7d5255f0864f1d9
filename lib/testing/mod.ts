/**
 * What tests of programs that use Tor are made of: a control port that follows a script, a real tor that
 * is offline, and a private Tor network of real tor processes on the loopback interface. None of them
 * reaches the Tor network.
 *
 * @example A program's `Tor` on a control port that follows a script
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect("GETINFO address").reply("250-address=192.0.2.1", "250 OK");
 * await using tor = await connect({ control: port.address });
 * assert.equal(await tor.control.getInfo("address"), "192.0.2.1");
 * ```
 *
 * @module
 */
export type { CommandMatcher } from "./command_matcher.ts";
export type { ControlCommand } from "./command_reader.ts";
export type { DnsType } from "../codec/dns_message.ts";
export type { BootstrapPhase, BootstrapWarning } from "../launch/bootstrap.ts";
export type { Torrc, TorrcValue } from "../launch/torrc.ts";
export type { DnsRecords } from "./dns_table.ts";
export type { Expectation } from "./expectation.ts";
export { hashedControlPassword } from "./hashed_control_password.ts";
export { LoneTor, type LoneTorOptions, startLoneTor } from "./lone_tor.ts";
export { NetworkDns } from "./network_dns.ts";
export type { NetworkClient, NetworkNode, NetworkRelay } from "./network_nodes.ts";
export { PrivateNetwork } from "./private_network.ts";
export type {
  AddClientOptions,
  NetworkProgress,
  PrivateNetworkOptions,
} from "./private_network_options.ts";
export { type ScriptDeviations, ScriptError } from "./script_error.ts";
export type {
  ScriptedAuthenticationMethod,
  ScriptedAuthenticationOptions,
} from "./scripted_authentication.ts";
export { ScriptedControlPort, type ScriptedControlPortOptions } from "./scripted_control_port.ts";
export type { ScriptedConnection } from "./scripted_peer.ts";
export { StartedClient } from "./started_client.ts";
export type { PrivateNetworkDescription } from "./start_network.ts";
export type { DnsQuery } from "./stub_dns_server.ts";
export { formatTorrc } from "./torrc.ts";
export { TorStartError, type TorStartErrorOptions } from "./tor_start_error.ts";
