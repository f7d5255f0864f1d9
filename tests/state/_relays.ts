import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { UnrecognizedEntityError } from "../../lib/errors/mod.ts";
import type { InfoSource, LineSource } from "../../lib/state/router_context.ts";

/** What the entry of a relay says. */
interface EntryOptions {
  /** The relay's nickname; default the name that it is known by here. */
  as?: string;
  flags?: string;
  bandwidth?: number;
  /** The text whose digest is the relay's, its microdescriptor. */
  microdescriptor?: string;
}

/** The fingerprint of the relay that tests know by a name. */
export function idOf(name: string): string {
  return createHash("sha1").update(name).digest("hex").toUpperCase();
}

/** The entry of a relay in a consensus. */
export function entry(
  name: string,
  { as = name, flags = "Running Valid", bandwidth = 5, microdescriptor = "" }: EntryOptions = {},
): string {
  const identity = createHash("sha1").update(name).digest("base64").slice(0, 27);
  const digest = createHash("sha256").update(microdescriptor).digest().subarray(0, 20)
    .toString("base64").slice(0, 27);
  return `r ${as} ${identity} ${digest} 2038-01-01 00:00:00 192.0.2.1 9001 0\n` +
    `s ${flags}\nw Bandwidth=${bandwidth}\n`;
}

/** A Tor that knows some keys, and the keys that it was asked for. */
export function infoSource(
  answers: Readonly<Record<string, string>>,
): InfoSource & LineSource & { readonly asked: string[] } {
  const asked: string[] = [];
  const answer = (key: string) => {
    asked.push(key);
    const value = answers[key];
    if (value !== undefined) return value;
    throw new UnrecognizedEntityError("GETINFO", {
      code: 552,
      lines: [`Unrecognized key "${key}"`],
    });
  };
  return {
    asked,
    // deno-lint-ignore require-await
    getInfo: async (key) => answer(key),
    async *getInfoLines(key) {
      yield* answer(key).split("\n");
    },
  };
}

/** Checks that two lists have the very same objects; to `deepEqual` all relays are alike. */
export function assertSame(
  actual: Iterable<unknown> | undefined,
  expected: readonly unknown[],
): void {
  const list = [...actual ?? []];
  assert.equal(list.length, expected.length);
  for (const [i, item] of list.entries()) assert.equal(item, expected[i], `item ${i}`);
}
