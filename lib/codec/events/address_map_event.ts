import type { MessageLine } from "../message.ts";
import type { EventBase } from "./event.ts";
import { EventArguments } from "./event_arguments.ts";
import type { StreamId } from "./identifiers.ts";

/** Why an address could not be resolved (control-spec, section 4.1.7: `ErrorCode`). */
export type AddrMapError =
  | "yes"
  | "internal"
  | "Unable to launch resolve request"
  | (string & Record<never, never>);

/** An address was mapped to another, or a RESOLVE command was answered (section 4.1.7). */
export interface AddrMapEvent extends EventBase {
  /** The event's name. */
  readonly type: "ADDRMAP";
  /** The address that was mapped or resolved. */
  readonly address: string;
  /** What it was mapped to; `undefined` for an error. */
  readonly newAddress: string | undefined;
  /** When the mapping ends; `undefined` for never, and where Tor told it in local time only. */
  readonly expires: Date | undefined;
  /** Whether the mapping never ends. */
  readonly never: boolean;
  /** The time of expiry in the local time of Tor's machine, as Tor wrote it. */
  readonly localExpiry: string | undefined;
  /** Why the address could not be resolved. */
  readonly error: AddrMapError | undefined;
  /** Whether the mapping is kept until it expires, and not just told. */
  readonly cached: boolean | undefined;
  /** The stream or circuit from which the address was resolved. */
  readonly streamId: StreamId | undefined;
}

/** Parses `ADDRMAP ...`; `undefined` where an address is missing. */
export function parseAddrMapEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): AddrMapEvent | undefined {
  const args = new EventArguments(text, 8);
  const address = args.word();
  const newAddress = args.word();
  if (address === undefined || newAddress === undefined) return undefined;
  const expiry = args.word();
  return {
    type: "ADDRMAP",
    address,
    newAddress: newAddress === "<error>" ? undefined : newAddress,
    expires: args.time("EXPIRES"),
    never: expiry === "NEVER",
    localExpiry: expiry === "NEVER" ? undefined : expiry,
    error: args.value("error"),
    cached: args.parsed("CACHED", parseYesNo),
    streamId: args.count("STREAMID"),
    ...args.left(data, rest),
  };
}

function parseYesNo(value: string): boolean | undefined {
  return value === "YES" ? true : value === "NO" ? false : undefined;
}
