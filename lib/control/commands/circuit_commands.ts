import { controlReplyError, TorError } from "../../errors/mod.ts";
import type { AbortOptions } from "../../runtime/types.ts";
import { checkNumber, MAX_ID } from "./command_base.ts";
import { ConfigurationCommands } from "./configuration_commands.ts";

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

/** The purposes that a controller can give a circuit. */
export type SettableCircuitPurpose = "general" | "controller";

/** One mapping that was asked of MAPADDRESS, and what came of it. */
export interface AddressMapping {
  /** The address that is mapped; where Tor was asked to pick one, the one that it picked. */
  readonly original: string;
  /** What it is mapped to. */
  readonly replacement: string;
  /** Why Tor refused this mapping; `undefined` where it did not. */
  readonly error: TorError | undefined;
}

/** How a circuit is extended. */
export interface ExtendCircuitOptions extends AbortOptions {
  /** The relays to add, as `$FINGERPRINT`, `$FINGERPRINT~nickname` or nickname; default: Tor chooses a path. */
  path?: readonly string[] | undefined;
  /** The purpose of a new circuit; default `"general"`. */
  purpose?: SettableCircuitPurpose | undefined;
}

/** How a descriptor is posted. */
export interface PostDescriptorOptions extends AbortOptions {
  /** What the relay is for; default `"general"`. */
  purpose?: "general" | "controller" | "bridge" | undefined;
  /** Whether Tor caches it; default: by the purpose. */
  cache?: boolean | undefined;
}

/** The commands that shape circuits, streams and addresses. */
export abstract class CircuitCommands extends ConfigurationCommands {
  /**
   * Builds a circuit, or extends one (EXTENDCIRCUIT, control-spec, section 3.10).
   *
   * @param circuitId The circuit to extend, or 0 for a new one.
   * @returns The circuit's id; CIRC events tell how the building goes.
   * @throws {UnrecognizedEntityError} Where a circuit or relay is unknown.
   * @throws {InternalTorError} Where Tor cannot start the circuit.
   */
  async extendCircuit(
    circuitId: number,
    { path = [], purpose, signal }: ExtendCircuitOptions = {},
  ): Promise<number> {
    const args = [checkNumber("a circuit", circuitId, 0, MAX_ID)];
    for (const relay of path) {
      if (!/^\$?[A-Za-z0-9]+(?:[~=][A-Za-z0-9]+)?$/.test(relay)) {
        throw new TypeError(`Cannot extend a circuit to ${JSON.stringify(relay)}: not a relay`);
      }
    }
    if (path.length > 0) args.push(path.join(","));
    if (purpose !== undefined) args.push(`purpose=${purpose}`);
    const reply = await this.request("EXTENDCIRCUIT", { args, signal });
    const text = reply.lines.at(-1)!.text;
    const id = /^EXTENDED (\d+)/.exec(text)?.[1];
    if (id === undefined) throw new TorError(`Cannot read the reply to EXTENDCIRCUIT: ${text}`);
    return Number(id);
  }

  /**
   * Changes a circuit's purpose (SETCIRCUITPURPOSE, control-spec, section 3.11).
   *
   * @throws {UnrecognizedEntityError} Where the circuit is unknown.
   */
  async setCircuitPurpose(
    circuitId: number,
    purpose: SettableCircuitPurpose,
    { signal }: AbortOptions = {},
  ): Promise<void> {
    const args = [checkNumber("a circuit", circuitId, 1, MAX_ID), `purpose=${purpose}`];
    await this.request("SETCIRCUITPURPOSE", { args, signal });
  }

  /**
   * Sends a stream over a circuit (ATTACHSTREAM, control-spec, section 3.13).
   *
   * @param streamId A stream that is NEW or DETACHED and left to the controller.
   * @param circuitId The circuit, or 0 to let Tor choose.
   * @throws {UnrecognizedEntityError} Where the stream, circuit or hop is unknown.
   * @throws {UnmanagedEntityError} Where Tor attaches the stream by itself.
   * @throws {InternalTorError} Where the circuit is not built, or has one hop only.
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
   * Gives a stream another target, before it is sent (REDIRECTSTREAM, control-spec, section 3.15).
   *
   * @param address The new host name or address.
   * @throws {UnrecognizedEntityError} Where the stream is unknown.
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
   * @param reason A reason of tor-spec, section 6.3, by name or by number; default `"MISC"`.
   * @throws {UnrecognizedEntityError} Where the stream is unknown.
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
   * Closes a circuit (CLOSECIRCUIT, control-spec, section 3.17).
   *
   * @throws {UnrecognizedEntityError} Where the circuit is unknown.
   */
  async closeCircuit(
    circuitId: number,
    { ifUnused = false, signal }: AbortOptions & {
      /** Leave a circuit that has streams; default `false`. */
      ifUnused?: boolean | undefined;
    } = {},
  ): Promise<void> {
    const args = [checkNumber("a circuit", circuitId, 1, MAX_ID)];
    if (ifUnused) args.push("IfUnused");
    await this.request("CLOSECIRCUIT", { args, signal });
  }

  /**
   * Makes connections to one address go to another (MAPADDRESS, control-spec, section 3.8). An
   * original of `"0.0.0.0"`, `"::0"` or `"."` asks Tor to pick an unused IPv4 address, IPv6 address
   * or host name; an address mapped to itself is mapped no longer.
   *
   * @param mappings Pairs of original and replacement, or a record of them.
   * @returns What came of each, in order: some may be refused where others are not.
   * @throws {ControlReplyError} Where Tor refuses them all.
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
   * Resolves names, or addresses with `reverse`, over Tor (RESOLVE, control-spec, section 3.19). Tor
   * answers at once: the results come as ADDRMAP events, so listen to these first.
   *
   * @param addresses One name or address, or several.
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

  /**
   * Tells Tor of a relay (POSTDESCRIPTOR, control-spec, section 3.14).
   *
   * @param descriptor A server descriptor.
   * @returns Whether Tor took it: `false` where it had no need for it.
   * @throws {InvalidDescriptorError} Where Tor cannot parse it.
   */
  async postDescriptor(
    descriptor: string,
    { purpose, cache, signal }: PostDescriptorOptions = {},
  ): Promise<boolean> {
    const args: string[] = [];
    if (purpose !== undefined) args.push(`purpose=${purpose}`);
    if (cache !== undefined) args.push(`cache=${cache ? "yes" : "no"}`);
    const reply = await this.request("POSTDESCRIPTOR", { args, data: descriptor, signal });
    return reply.code === 250;
  }

  /** Discards all entry guards and chooses new ones (DROPGUARDS, control-spec, section 3.25). It harms anonymity. */
  async dropGuards({ signal }: AbortOptions = {}): Promise<void> {
    await this.request("DROPGUARDS", { signal });
  }

  /** Forgets all measured circuit build times (DROPTIMEOUTS, control-spec, section 3.31). */
  async dropTimeouts({ signal }: AbortOptions = {}): Promise<void> {
    await this.request("DROPTIMEOUTS", { signal });
  }
}
