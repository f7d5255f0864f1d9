import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { checkItem, optionType, readItems, writeItems } from "../../lib/config/option_type.ts";
import { DATA_UNITS, MSEC_UNITS, parseAmount, TIME_UNITS } from "../../lib/config/units.ts";
import { ConfiguredTor } from "./_support.ts";

/** Texts that Tor can hold: no NUL, and no half of a character. */
const text = fc.string({ unit: "grapheme", maxLength: 60 })
  .filter((value) => !value.includes("\0") && value !== "");
const nasty = fc.string({
  unit: fc.constantFrom(
    '"',
    "\\",
    "#",
    "\n",
    "\r",
    "\t",
    " ",
    "=",
    "'",
    "\u00fc",
    "\u{1F9C5}",
    "a",
  ),
  minLength: 1,
  maxLength: 20,
});

const VALUES: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  "Boolean": fc.boolean(),
  "Boolean+Auto": fc.constantFrom<unknown>(true, false, "auto"),
  "Integer": fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  "SignedInteger": fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  "Port": fc.oneof(fc.integer({ min: 0, max: 65535 }), fc.constant("auto")),
  "Float": fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 })
    .map((value) => value + 0),
  "DataSize": fc.maxSafeNat(),
  "TimeInterval": fc.nat(),
  "TimeMsecInterval": fc.nat(),
  "Time": fc.integer({ min: 0, max: 4e9 }).map((seconds) => new Date(seconds * 1000)),
  "Filename": text,
  "String": text,
  "A type of the future": text,
};

describe("option values", () => {
  it("of each type are what they were when written and read", () => {
    for (const [name, values] of Object.entries(VALUES)) {
      const type = optionType(name);
      fc.assert(fc.property(values, (value) => {
        const checked = checkItem("X", type, value);
        assert.deepEqual(checked, value);
        assert.deepEqual(readItems(type, writeItems(type, [checked])), [value]);
      }));
    }
  });

  it("of lists are what they were, on one line or several", () => {
    const word = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 })
      .filter((value) => !/[\0,]/.test(value) && value.trim() === value);
    for (
      const [name, item] of [["CommaList", word], ["RouterList", word], ["LineList", text]] as const
    ) {
      const type = optionType(name);
      fc.assert(fc.property(fc.array(item, { minLength: 1, maxLength: 5 }), (items) => {
        const checked = items.map((value) => checkItem("X", type, value));
        const lines = writeItems(type, checked);
        assert.equal(lines.length, type.list === "comma" ? 1 : items.length);
        assert.deepEqual(readItems(type, lines), items);
      }));
    }
    const seconds = optionType("TimeIntervalCommaList");
    const checked = ["1 minute", 30, "1.5 hours"].map((value) => checkItem("X", seconds, value));
    assert.deepEqual(checked, [60, 30, 5400]);
    assert.deepEqual(writeItems(seconds, checked), ["60,30,5400"]);
    assert.deepEqual(readItems(seconds, ["60, 30,1 hour"]), [60, 30, 3600]);
  });

  it("that cannot be read stay text", () => {
    for (
      const [type, value] of [
        ["Boolean", "maybe"],
        ["Integer", "18446744073709551615"],
        ["Float", "half"],
        ["DataSize", "much"],
        ["Time", "soon"],
      ] as const
    ) {
      assert.deepEqual(readItems(optionType(type), [value]), [value], type);
    }
    assert.equal(optionType("Dependant").list, "lines");
    assert.equal(optionType("toString").list, undefined);
  });

  it("have a time to the second", () => {
    const type = optionType("Time");
    const time = checkItem("X", type, "2026-01-31 12:00:01");
    assert.deepEqual(time, new Date("2026-01-31T12:00:01Z"));
    assert.deepEqual(writeItems(type, [time]), ["2026-01-31 12:00:01"]);
    assert.throws(() => checkItem("X", type, new Date(NaN)), TypeError);
  });

  it("with units are what Tor makes of them", { timeout: 60_000 }, async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    const options = [
      ["MaxMemInQueues", DATA_UNITS, ["1024", "3"]],
      ["GuardLifetime", TIME_UNITS, ["60", "3"]],
      ["MaxOnionQueueDelay", MSEC_UNITS, ["40", "1.5"]],
    ] as const;
    for (const [name, units, amounts] of options) {
      for (const unit of units.keys()) {
        for (const amount of amounts) {
          const words = `${amount} ${unit}`;
          // Tor has limits that have nothing to do with units.
          const ours = parseAmount(words, units)!;
          if (ours > 2 ** 31 - 1 && name !== "MaxMemInQueues") continue;
          await one.other.control.setConf({ [name]: words });
          await config.refresh(name);
          const told = Number((await one.told(name))[0]);
          assert.equal(config.get(name), told);
          if (name !== "MaxMemInQueues" || told !== 256 * 2 ** 20) assert.equal(ours, told, words);
        }
      }
    }
    assert.equal(parseAmount("1 parsec", TIME_UNITS), undefined);
    assert.equal(parseAmount("-1 second", TIME_UNITS), undefined);
  });

  it("go to Tor and come back as they were", { timeout: 60_000 }, async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    const both = fc.oneof(text, nasty);
    await fc.assert(
      fc.asyncProperty(
        both,
        fc.array(both, { minLength: 1, maxLength: 4 }),
        async (value, items) => {
          config.ContactInfo = value;
          config.ConsensusParams = items;
          await config.save();
          assert.equal(config.ContactInfo, value);
          assert.deepEqual(config.ConsensusParams, items);
          assert.deepEqual(await one.told("ContactInfo"), [value]);
          assert.deepEqual(await one.told("ConsensusParams"), items);
          assert.equal(config.needsSave, false);
        },
      ),
      { numRuns: 150 },
    );
  });
});
