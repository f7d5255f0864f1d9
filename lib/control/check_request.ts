import type { CommandArgument } from "../codec/command.ts";

/** The longest name of a client that Tor answers once: to a longer one it answers twice. */
export const MAX_CLIENT_NAME = 16;

/**
 * Refuses what would break the connection or Tor itself, though it is well-formed: commands that Tor
 * 0.4.9.11 crashes on, never answers or answers twice, after which replies would go to the wrong
 * commands; and SETEVENTS, which the listeners own.
 *
 * @throws {TypeError} Where the command is one of them.
 */
export function checkRequest(keyword: string, args: readonly CommandArgument[]): void {
  switch (keyword.toUpperCase()) {
    case "SETEVENTS":
      throw new TypeError("Cannot send SETEVENTS: it is kept by addEventListener and events");
    case "SETCIRCUITPURPOSE":
      if (args.length > 0) return;
      throw new TypeError("Cannot send SETCIRCUITPURPOSE without arguments: it crashes Tor");
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

/** The value of a `KEY=value` argument, in whatever form it is given. */
function valueOf(args: readonly CommandArgument[], key: string): string | undefined {
  for (const arg of args) {
    if (typeof arg === "string") {
      const equals = arg.indexOf("=");
      if (arg.slice(0, equals).toLowerCase() === key.toLowerCase()) return arg.slice(equals + 1);
    } else if ("key" in arg && arg.key.toLowerCase() === key.toLowerCase()) {
      return "quoted" in arg ? arg.quoted : arg.value;
    }
  }
  return undefined;
}
