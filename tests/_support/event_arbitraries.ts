import fc from "fast-check";
import type { EventBase, HostPort, LongName } from "../../lib/codec/events/mod.ts";

/** A plain object, with a prototype. */
export function record<T>(
  model: { [K in keyof T]: fc.Arbitrary<T[K]> },
): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

/** A word of upper-case letters and underscores, as Tor's states, reasons and flags are. */
export const word: fc.Arbitrary<string> = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,20}$/);

/** A character but NUL; fast-check's own unit of this kind takes most of a second to make. */
const character: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('"', "\\", " ", "=", "\n", "\r", "\t"),
  fc.integer({ min: 1, max: 0x7f }).map((code) => String.fromCodePoint(code)),
  fc.integer({ min: 0x80, max: 0xd7ff }).map((code) => String.fromCodePoint(code)),
  fc.integer({ min: 0xe000, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
);

/** A text that can stand in quotes: anything but NUL. */
export const text: fc.Arbitrary<string> = fc.string({ unit: character, maxLength: 40 });

/** A number that Tor gives something. */
export const id: fc.Arbitrary<number> = fc.nat();

/** A count of bytes. */
export const count: fc.Arbitrary<number> = fc.maxSafeNat();

/** A time, in whole milliseconds, with a year of four digits. */
export const time: fc.Arbitrary<Date> = fc.date({
  noInvalidDate: true,
  min: new Date("1970-01-01T00:00:00Z"),
  max: new Date("9999-12-31T23:59:59.999Z"),
});

/** A time in whole seconds. */
export const wholeSecond: fc.Arbitrary<Date> = time.map((value) =>
  new Date(Math.floor(value.getTime() / 1000) * 1000)
);

/** A relay's fingerprint. */
export const fingerprint: fc.Arbitrary<string> = fc.stringMatching(/^[0-9A-F]{40}$/);

/** A relay's nickname. */
export const nickname: fc.Arbitrary<string> = fc.stringMatching(/^[0-9A-Za-z]{1,19}$/);

/** A relay's name. */
export const longName: fc.Arbitrary<LongName> = record({
  fingerprint,
  nickname: fc.option(nickname, { nil: undefined }),
});

/** An address and a port. */
export const hostPort: fc.Arbitrary<HostPort> = record({
  address: fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6(), fc.constant("(Tor_internal)")),
  port: fc.nat({ max: 65535 }),
});

/** A value that may be missing. */
export function optional<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(value, { nil: undefined });
}

/** What a parser is not to recognise: keywords only. */
export const extraKeywords: fc.Arbitrary<EventBase> = record({
  extra: fc.dictionary(fc.stringMatching(/^X_[A-Z0-9]{1,8}$/), text, { maxKeys: 3 })
    .map((extra) => ({ ...extra })),
  extraArguments: fc.constant([]),
});

/** What a parser is not to recognise: keywords, and words that are nothing that Tor would write. */
export const extras: fc.Arbitrary<EventBase> = record({
  extra: extraKeywords.map(({ extra }) => extra),
  extraArguments: fc.array(fc.stringMatching(/^<[a-z0-9]{1,8}>$/), { maxLength: 2 }),
});
