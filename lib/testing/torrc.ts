import { encodeQuoted } from "../codec/quoted.ts";

/** The value of an option: several for an option that is repeated. */
export type TorrcValue = string | number | readonly (string | number)[];

/** A part of a torrc: its text, or options by name. */
export type Torrc = string | Readonly<Record<string, TorrcValue>>;

/**
 * The text of a torrc. Of an option that can be given once, the last value counts.
 *
 * @param parts Texts, and options by name, in order.
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
    return Object.entries(part).map(([name, value]) => formatOption(name, value)).join("");
  }).join("");
}

function formatOption(name: string, value: TorrcValue): string {
  if (!/^[+/]?[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new TypeError(`Cannot use ${JSON.stringify(name)} as the name of an option`);
  }
  return [value].flat().map((one) => {
    if (/[\r\n\0]/.test(String(one))) {
      throw new TypeError(`Cannot set ${name} to a value with a line break or a NUL`);
    }
    return `${name} ${one}\n`;
  }).join("");
}

/** A path as the value of an option: quoted, so that spaces and `#` in it mean themselves. */
export function torrcPath(path: string): string {
  return encodeQuoted(path);
}
