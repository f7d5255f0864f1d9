/**
 * A version of Tor (version-spec, section 2), such as `0.4.9.11` or `0.4.9.1-alpha-dev`, that can be
 * compared.
 *
 * @example Ask for what a version brought
 * ```ts
 * import { TorVersion } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const version = new TorVersion("0.4.9.11");
 * assert.ok(version.isAtLeast("0.4.9.1-alpha"));
 * assert.ok(version.compare("0.4.10.1") < 0);
 * assert.equal(`${version}`, "0.4.9.11");
 * ```
 */
export class TorVersion {
  /** The whole text, such as `"0.4.9.11"`. */
  readonly text: string;
  /** The numbers: major, minor, micro and patch level. */
  readonly numbers: readonly [number, number, number, number];
  /** The status tag, such as `"alpha-dev"`; empty for a stable release. */
  readonly status: string;

  /**
   * Reads a version as Tor writes it.
   *
   * @param text Three numbers or four, then perhaps a status tag, then perhaps more in parentheses.
   * @throws {SyntaxError} Where it is no version.
   */
  constructor(text: string) {
    const match = /^(\d+)\.(\d+)\.(\d+)(?:\.(\d+))?(?:-([^\s()]+))?(?: \(.*\))?$/.exec(text.trim());
    if (match === null) throw new SyntaxError(`Cannot read the version of Tor "${text}"`);
    const [, major, minor, micro, patch = 0, status = ""] = match;
    this.text = text.trim();
    this.numbers = [Number(major), Number(minor), Number(micro), Number(patch)];
    this.status = status;
  }

  /** Reads a version as Tor writes it; gives `undefined` where it is none. */
  static parse(text: string): TorVersion | undefined {
    try {
      return new TorVersion(text);
    } catch {
      return undefined;
    }
  }

  /**
   * Compares with another version: by the numbers, and where these are equal by the status tag, as text.
   * What stands in parentheses does not count.
   *
   * @param other The other version, or its text.
   * @returns Less than 0 where this is older, 0 where they are equal, and more than 0 where it is newer.
   * @throws {SyntaxError} Where the other is no version.
   */
  compare(other: TorVersion | string): number {
    const that = typeof other === "string" ? new TorVersion(other) : other;
    for (const [i, number] of this.numbers.entries()) {
      if (number !== that.numbers[i]) return number - that.numbers[i]!;
    }
    return this.status < that.status ? -1 : this.status > that.status ? 1 : 0;
  }

  /**
   * Whether this version is the other one, or newer.
   *
   * @param other The other version, or its text.
   * @throws {SyntaxError} Where the other is no version.
   */
  isAtLeast(other: TorVersion | string): boolean {
    return this.compare(other) >= 0;
  }

  /** The whole text. */
  toString(): string {
    return this.text;
  }

  /** The whole text. */
  toJSON(): string {
    return this.text;
  }
}
