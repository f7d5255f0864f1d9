import { decodeQuoted } from "../codec/quoted.ts";
import type { SocketAddress } from "../runtime/types.ts";
import { parseAddress } from "../util/address.ts";

/** A line of an option such as `SocksPort`, taken apart. */
export interface PortLine {
  /** Where Tor listens; port 0 where it picks the port itself (`auto`). */
  readonly address: SocketAddress;
  /** The words after the address, such as `IsolateDestAddr`. */
  readonly flags: readonly string[];
}

/**
 * Reads a line of an option such as `SocksPort` (tor's manual): `9050`, `auto`, `[::1]:9050`,
 * `unix:/path` or `unix:"/path with spaces"`, and flags.
 *
 * @returns What the line says; `undefined` for `0`, which is no port.
 * @throws {TypeError} Where it cannot be read.
 */
export function parsePortLine(line: string): PortLine | undefined {
  const text = line.trim();
  const end = addressEnd(text);
  const word = text.slice(0, end);
  const flags = text.slice(end).split(/\s+/).filter((flag) => flag !== "");
  if (word === "0") return undefined;
  if (/^unix:"/.test(word)) {
    return { address: parseAddress({ path: decodeQuoted(word, 5)!.value }), flags };
  }
  if (word.startsWith("unix:")) return { address: parseAddress(word), flags };
  const full = /^(?:\d+|auto)$/.test(word) ? `127.0.0.1:${word}` : word;
  return { address: parseAddress(full.replace(/:auto$/, ":0")), flags };
}

/** Where the address of a line ends. */
function addressEnd(text: string): number {
  const quoted = text.startsWith('unix:"') ? decodeQuoted(text, 5) : undefined;
  if (quoted !== undefined) return quoted.end;
  const space = text.search(/\s/);
  return space < 0 ? text.length : space;
}
