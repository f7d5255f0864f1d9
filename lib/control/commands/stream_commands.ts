import { controlReplyError, type TorError } from "../../errors/mod.ts";
import type { AbortOptions } from "../../runtime/types.ts";
import { checkNumber } from "../../util/check_number.ts";
import { CircuitCommands } from "./circuit_commands.ts";
import { MAX_ID } from "./command_base.ts";

/** The reasons for which a controller may close a stream, by tor-spec's names (section 6.3), with their numbers. */
export const STREAM_END_REASONS = {
  MISC: 1,
  RESOLVEFAILED: 2,
  CONNECTREFUSED: 3,
  EXITPOLICY: 4,
  DESTROY: 5,
  DONE: 6,
  TIMEOUT: 7,
  NOROUTE: 8,
  HIBERNATING: 9,
  INTERNAL: 10,
  RESOURCELIMIT: 11,
  CONNRESET: 12,
  TORPROTOCOL: 13,
  NOTDIRECTORY: 14,
} as const;

/** The name of a reason for closing a stream. */
export type StreamEndReason = keyof typeof STREAM_END_REASONS;

/** One mapping that was asked of MAPADDRESS, and what came of it. */
export interface AddressMapping {
  /** The address that is mapped; where Tor was asked to pick one, the one that it picked. */
  readonly original: string;
  /** What it is mapped to. */
  readonly replacement: string;
  /** Why Tor refused this mapping; `undefined` where it did not. */
  readonly error: TorError | undefined;
}

/**
 * The commands that shape streams, and the addresses that they go to. A `ControlConnection` has them
 * as its methods.
 *
 * @example Send a stream over a circuit of one's own
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect("ATTACHSTREAM 31 7").reply("250 OK");
 * port.expect("CLOSESTREAM 31 6").reply("250 OK");
 * await using tor = await connect({ control: port.address });
 *
 * await tor.control.attachStream(31, 7);
 * await tor.control.closeStream(31, "DONE");
 * assert.equal(port.received.at(-1)?.args, "31 6");
 * ```
 */
export abstract class StreamCommands extends CircuitCommands {
  /**
   * Sends a stream over a circuit (ATTACHSTREAM, control-spec, section 3.13). Tor leaves new streams
   * to the controller where the option `__LeaveStreamsUnattached` is set.
   *
   * @param streamId A stream that waits for the controller, or has not yet got an answer.
   * @param circuitId The circuit, or 0 to let Tor choose.
   * @param options The `hop` at which the stream leaves, and a `signal` to give up the wait for the
   * reply with.
   * @throws {RangeError} Where an id is not a whole number up to 4,294,967,295, or the hop not one
   * from 1 to 255.
   * @throws {UnrecognizedEntityError} Where the stream or the circuit is unknown to Tor.
   * @throws {UnmanagedEntityError} Where the stream is in no state in which it can be attached.
   * @throws {InternalTorError} Where the circuit is not built, has one hop only or too few for
   * `hop`, or the stream cannot be attached for another reason.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Attach a stream to the second hop of a circuit
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("ATTACHSTREAM 31 7 HOP=2").reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * await tor.control.attachStream(31, 7, { hop: 2 });
   * assert.equal(port.received.at(-1)?.args, "31 7 HOP=2");
   * ```
   */
  async attachStream(
    streamId: number,
    circuitId: number,
    { hop, signal }: AbortOptions & {
      /** The hop at which the stream leaves the circuit, from 1; default the last. */
      hop?: number | undefined;
    } = {},
  ): Promise<void> {
    const args = [
      checkNumber("a stream", streamId, 1, MAX_ID),
      checkNumber("a circuit", circuitId, 0, MAX_ID),
    ];
    if (hop !== undefined) args.push(`HOP=${checkNumber("a hop", hop, 1, 255)}`);
    await this.request("ATTACHSTREAM", { args, signal });
  }

  /**
   * Gives a stream another target, before it is attached (REDIRECTSTREAM, control-spec, section
   * 3.15). Tor does not map the new address any further.
   *
   * @param streamId The stream.
   * @param address The new host name or IP address.
   * @param options The new `port`, and a `signal` to give up the wait for the reply with.
   * @throws {RangeError} Where the id is not a whole number from 1 to 4,294,967,295, or the port not
   * one from 1 to 65535.
   * @throws {TypeError} Where the address is empty or has a space, a quote or a control character.
   * @throws {UnrecognizedEntityError} Where the stream is unknown to Tor.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Send a stream elsewhere
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("REDIRECTSTREAM 31 www.example 443").reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * await tor.control.redirectStream(31, "www.example", { port: 443 });
   * assert.equal(port.received.at(-1)?.args, "31 www.example 443");
   * ```
   */
  async redirectStream(
    streamId: number,
    address: string,
    { port, signal }: AbortOptions & {
      /** The new port; default the old one. */
      port?: number | undefined;
    } = {},
  ): Promise<void> {
    const args = [checkNumber("a stream", streamId, 1, MAX_ID), address];
    if (port !== undefined) args.push(checkNumber("a port", port, 1, 65535));
    await this.request("REDIRECTSTREAM", { args, signal });
  }

  /**
   * Closes a stream (CLOSESTREAM, control-spec, section 3.16).
   *
   * @param streamId The stream.
   * @param reason A reason of tor-spec, section 6.3, by name or by number; default `"MISC"`.
   * @param options A `signal` to give up the wait for the reply with.
   * @throws {RangeError} Where the id is not a whole number from 1 to 4,294,967,295, or the reason
   * not a known name or a whole number from 1 to 255.
   * @throws {UnrecognizedEntityError} Where the stream is unknown to Tor.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Close a stream, and tell its client that the exit would not have it
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("CLOSESTREAM 31 4").reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * await tor.control.closeStream(31, "EXITPOLICY");
   * assert.equal(port.received.at(-1)?.args, "31 4");
   * ```
   */
  async closeStream(
    streamId: number,
    reason: StreamEndReason | number = "MISC",
    { signal }: AbortOptions = {},
  ): Promise<void> {
    const number = typeof reason === "number" ? reason : STREAM_END_REASONS[reason];
    const args = [
      checkNumber("a stream", streamId, 1, MAX_ID),
      checkNumber("a reason", number, 1, 255),
    ];
    await this.request("CLOSESTREAM", { args, signal });
  }

  /**
   * Makes connections to one address go to another (MAPADDRESS, control-spec, section 3.8), until
   * Tor ends. An original of `"0.0.0.0"`, `"::"` or `"."` asks Tor to pick an unused IPv4 address,
   * IPv6 address (in brackets) or host name; an address mapped to itself is mapped no longer.
   *
   * @param mappings Pairs of original and replacement, or a record of them; of none nothing is sent.
   * @param options A `signal` to give up the wait for the reply with.
   * @returns What came of each, in order: some may be refused where others are not.
   * @throws {ArgumentSyntaxError} Where Tor refuses them all, the last one as malformed.
   * @throws {ResourceExhaustedError} Where Tor refuses them all, the last one since it has no unused
   * address left.
   * @throws {TypeError} Where an address is empty or has a space, a quote or a control character, or
   * an original a backslash or `=`.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Let Tor pick an address that leads to an onion service
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("MAPADDRESS 0.0.0.0=example.onion").reply("250 127.192.0.9=example.onion");
   * await using tor = await connect({ control: port.address });
   *
   * const [mapping] = await tor.control.mapAddress({ "0.0.0.0": "example.onion" });
   * assert.equal(mapping?.original, "127.192.0.9");
   * ```
   */
  async mapAddress(
    mappings: Readonly<Record<string, string>> | Iterable<readonly [string, string]>,
    { signal }: AbortOptions = {},
  ): Promise<AddressMapping[]> {
    const pairs = Symbol.iterator in mappings
      ? [...mappings as Iterable<readonly [string, string]>]
      : Object.entries(mappings);
    if (pairs.length === 0) return [];
    const args = pairs.map(([key, value]) => ({ key, value }));
    const { lines } = await this.request("MAPADDRESS", { args, signal, mixed: true });
    return pairs.map(([original, replacement], i) => {
      const { code, text } = lines[i] ?? { code: 551, text: "Tor gave no answer" };
      if (code >= 400) {
        const command = `MAPADDRESS ${original}=${replacement}`;
        return {
          original,
          replacement,
          error: controlReplyError(command, { code, lines: [text] }),
        };
      }
      const equals = text.indexOf("=");
      return {
        original: text.slice(0, equals),
        replacement: text.slice(equals + 1),
        error: undefined,
      };
    });
  }

  /**
   * Resolves names, or addresses with `reverse`, over Tor (RESOLVE, control-spec, section 3.20). Tor
   * answers at once: the results come as ADDRMAP events, so listen to these first.
   *
   * @param addresses One name or address, or several.
   * @param options Whether to look up in `reverse`, and a `signal` to give up the wait for the reply
   * with.
   * @throws {TypeError} Where an address is empty or has a space, a quote or a control character.
   * @throws {UnrecognizedCommandError} Where a filter in front of Tor refuses the command.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Look up a name
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("SETEVENTS ADDRMAP").reply("250 OK");
   * port.expect("RESOLVE www.example").reply("250 OK", "650 ADDRMAP www.example 192.0.2.7 NEVER");
   * await using tor = await connect({ control: port.address });
   *
   * const answers = tor.control.events("ADDRMAP");
   * await tor.control.resolve("www.example");
   * assert.equal((await answers.next()).value.newAddress, "192.0.2.7");
   * ```
   */
  async resolve(
    addresses: string | readonly string[],
    { reverse = false, signal }: AbortOptions & {
      /** Look up the names of addresses; default `false`. */
      reverse?: boolean | undefined;
    } = {},
  ): Promise<void> {
    const args = typeof addresses === "string" ? [addresses] : [...addresses];
    if (reverse) args.unshift("mode=reverse");
    await this.request("RESOLVE", { args, signal });
  }
}
