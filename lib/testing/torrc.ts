import { encodeQuoted } from "../codec/quoted.ts";
import { type Torrc, torrcOptions } from "../launch/torrc.ts";

/**
 * The text of a torrc. Of an option that can be given once, the last value counts.
 *
 * @param parts Texts, and options by name with values that mean themselves, in order.
 * @returns The text; it ends with a line break unless it is empty.
 * @throws {TypeError} Where a name is no option's name, or a value has a line break or a NUL in it.
 *
 * @example Put a torrc together
 * ```ts
 * import { formatTorrc } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * const torrc = formatTorrc({ SocksPort: [9050, "unix:/run/socks"] }, "DisableNetwork 1");
 * assert.equal(torrc, "SocksPort 9050\nSocksPort unix:/run/socks\nDisableNetwork 1\n");
 * ```
 */
export function formatTorrc(...parts: readonly Torrc[]): string {
  return parts.map((part) => {
    if (typeof part === "string") return part === "" || part.endsWith("\n") ? part : `${part}\n`;
    return Object.entries(part).map(([name, value]) => {
      // What is added to the defaults, rather than put in their place.
      const sign = name.startsWith("+") ? "+" : "";
      return torrcOptions({ [name]: value })
        .map(([bare, text]) => `${sign}${bare} ${quoteIfNeeded(text)}\n`).join("");
    }).join("");
  }).join("");
}

/** Quotes a value that would else mean something else: a comment, quotes, spaces around, a line that goes on. */
function quoteIfNeeded(value: string): string {
  return /^["\s]|#|[\s\\]$/.test(value) ? encodeQuoted(value) : value;
}
