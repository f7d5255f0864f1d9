import { isAddressPolicy } from "../codec/address_policy.ts";
import type { Command, CommandArgument } from "../codec/command.ts";
import { decodeQuoted } from "../codec/quoted.ts";

/** The longest name of a client that Tor answers once: to a longer one it answers twice. */
export const MAX_CLIENT_NAME = 16;

/** A value of an option: the name, which Tor takes in part too, and the text. */
type OptionValue = readonly [name: string, value: string];

/**
 * Refuses what would break the connection or Tor itself, though it is well-formed: commands that Tor
 * 0.4.9.11 crashes on, never answers or answers twice, after which replies would go to the wrong
 * commands; and SETEVENTS, which the listeners own.
 *
 * @throws {TypeError} Where the command is one of them.
 */
export function checkRequest({ keyword, args = [], data = "" }: Command): void {
  const command = keyword.toUpperCase();
  switch (command) {
    case "SETEVENTS":
      throw new TypeError("Cannot send SETEVENTS: it is kept by addEventListener and events");
    case "SETCIRCUITPURPOSE":
      if (args.length > 0) return;
      throw new TypeError("Cannot send SETCIRCUITPURPOSE without arguments: it crashes Tor");
    case "SETCONF":
    case "RESETCONF":
      return checkPolicies(command, args.flatMap(pairOf));
    case "LOADCONF":
      return checkPolicies(command, data.split("\n").flatMap(torrcPair));
    case "HSPOST":
      if (valueOf(args, "HSADDRESS") !== undefined) return;
      throw new TypeError("Cannot send HSPOST without HSADDRESS: Tor never answers it");
    case "ONION_CLIENT_AUTH_ADD": {
      const name = valueOf(args, "ClientName") ?? "";
      if (new TextEncoder().encode(name).length <= MAX_CLIENT_NAME) return;
      throw new TypeError(
        `Cannot send ONION_CLIENT_AUTH_ADD with a ClientName of more than ${MAX_CLIENT_NAME} bytes: ` +
          "Tor answers it twice",
      );
    }
  }
}

/** Tor does not check this policy before it is too late to go back, and ends. */
function checkPolicies(command: string, values: readonly OptionValue[]): void {
  for (const [name, value] of values) {
    if (!/^metricsportp/i.test(name) || isAddressPolicy(value)) continue;
    throw new TypeError(
      `Cannot send ${command} with MetricsPortPolicy as ${
        JSON.stringify(value)
      }: it is no policy ` +
        "of accept and reject rules, and Tor would end",
    );
  }
}

/** The value of a `KEY=value` argument. */
function valueOf(args: readonly CommandArgument[], key: string): string | undefined {
  return args.flatMap(pairOf).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
}

/** A `KEY=value` argument, in whatever form it is given. */
function pairOf(arg: CommandArgument): OptionValue[] {
  if (typeof arg === "string") {
    const equals = arg.indexOf("=");
    return equals < 0 ? [] : [[arg.slice(0, equals), arg.slice(equals + 1)]];
  }
  if (!("key" in arg)) return [];
  return [[arg.key, "quoted" in arg ? arg.quoted : arg.value]];
}

/** A line of a torrc. */
function torrcPair(line: string): OptionValue[] {
  const [, name, text] = /^[ \t]*[+/]?(\w+)[ \t]+(.*?)\r?$/.exec(line) ?? [];
  if (name === undefined || text === undefined) return [];
  return [[name, decodeQuoted(text)?.value ?? text]];
}
