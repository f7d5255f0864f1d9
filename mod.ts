/**
 * A Tor controller for Deno, Bun and Node: join a running Tor and speak its whole control protocol,
 * typed to the last field.
 *
 * @example Follow the circuits of a running Tor
 * ```ts ignore
 * import { connect } from "@torcon/torcon";
 *
 * await using tor = await connect();
 * console.log("Tor", tor.version);
 * for await (const event of tor.control.events("CIRC")) {
 *   console.log(event.circuitId, event.status, event.path.map((relay) => relay.nickname).join(" > "));
 * }
 * ```
 *
 * @module
 */
export * from "./lib/codec/mod.ts";
export * from "./lib/control/mod.ts";
export * from "./lib/errors/mod.ts";
export * from "./lib/runtime/mod.ts";
export * from "./lib/tor/connect.ts";
export * from "./lib/tor/tor.ts";
