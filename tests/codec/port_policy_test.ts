import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { PortPolicy } from "../../lib/codec/port_policy.ts";

const port = fc.integer({ min: 1, max: 65535 });

describe("PortPolicy", () => {
  for (
    const [text, accepted, rejected] of [
      ["accept 80,443", [80, 443], [1, 79, 81, 442, 444, 65535]],
      ["reject 25,135-139", [1, 24, 26, 134, 140, 65535], [25, 135, 137, 139]],
      ["reject 17405,24027", [80, 65535], [17405, 24027]],
      ["accept 1-65535", [1, 80, 65535], []],
      ["reject 1-65535", [], [1, 80, 65535]],
      ["accept 0-5", [1, 5], [6]],
    ] as const
  ) {
    it(`reads ${text}`, () => {
      const policy = PortPolicy.parse(text)!;
      assert.equal(String(policy), text);
      assert.deepEqual(accepted.map((port) => policy.acceptsPort(port)), accepted.map(() => true));
      assert.deepEqual(rejected.map((port) => policy.acceptsPort(port)), rejected.map(() => false));
    });
  }

  for (
    const text of [
      "",
      "accept",
      "accept ",
      "accept  80",
      "accept 80,",
      "accept ,80",
      "accept 80 443",
      "accept 90000",
      "accept 443-80",
      "accept 80-",
      "accept -80",
      "accept +80",
      "allow 80",
      "80",
      "accept 80\n",
      "accept 1-2-3",
    ]
  ) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(PortPolicy.parse(text), undefined));
  }

  for (const number of [0, 65536, -1, 1.5, NaN, Infinity]) {
    it(`has no port ${number}`, () => {
      assert.throws(() => PortPolicy.REJECT_ALL.acceptsPort(number), RangeError);
    });
  }

  it("cannot be changed", () => {
    const { ports } = PortPolicy.REJECT_ALL;
    assert.throws(() => (ports as unknown[]).pop(), TypeError);
    assert.throws(() => ((ports[0] as { first: number }).first = 9), TypeError);
  });

  it("accepts just what its ranges say, and the opposite when they are rejected", () => {
    const ranges = fc.array(fc.tuple(port, port), { minLength: 1, maxLength: 8 });
    fc.assert(fc.property(ranges, port, (pairs, asked) => {
      const sorted = pairs.map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
      const list = sorted.map(([first, last]) => `${first}-${last}`).join(",");
      const expected = sorted.some(([first, last]) => first <= asked && asked <= last);
      assert.equal(PortPolicy.parse(`accept ${list}`)?.acceptsPort(asked), expected);
      assert.equal(PortPolicy.parse(`reject ${list}`)?.acceptsPort(asked), !expected);
    }));
  });

  it("comes back as it was written", () => {
    fc.assert(fc.property(fc.string(), (text) => {
      const policy = PortPolicy.parse(`accept ${text}`);
      if (policy === undefined) return;
      assert.deepEqual(PortPolicy.parse(String(policy)), policy);
    }));
  });
});
