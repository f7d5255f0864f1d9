import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { checkedRandom, randomBelow } from "../../lib/state/path_random.ts";

/** Runs `work` while the platform's generator gives these numbers of 64 bits. */
function withNumbers<T>(numbers: readonly bigint[], work: () => T): T {
  const own = Object.getOwnPropertyDescriptor(crypto, "getRandomValues");
  const left = [...numbers];
  const give = (words: Uint32Array) => {
    const number = left.shift() ?? assert.fail("More numbers were taken than there are");
    words.set([Number(number >> 32n), Number(number & 0xffffffffn)]);
    return words;
  };
  Object.defineProperty(crypto, "getRandomValues", { value: give, configurable: true });
  try {
    return work();
  } finally {
    if (own === undefined) delete (crypto as { getRandomValues?: unknown }).getRandomValues;
    else Object.defineProperty(crypto, "getRandomValues", own);
  }
}

describe("random numbers for paths", () => {
  it("are integers below the bound, however high that is", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (below) => {
      const number = randomBelow(below);
      assert.ok(Number.isInteger(number) && number >= 0 && number < below);
    }));
    assert.equal(randomBelow(1), 0);
  });

  it("use 53 bits of the platform's generator, and none that would make one number likelier", () => {
    const below = 2 ** 52 + 1;
    const [tooHigh, highest] = [2n ** 52n + 1n, 2n ** 52n];
    assert.equal(
      withNumbers([tooHigh, 2n ** 53n - 1n, highest], () => randomBelow(below)),
      2 ** 52,
    );
    assert.equal(withNumbers([(7n << 53n) + 12n], () => randomBelow(10)), 2);
    assert.equal(withNumbers([2n ** 53n - 1n, 7n], () => randomBelow(10)), 7);
  });

  it("are refused where a source gives what it must not", () => {
    assert.equal(checkedRandom(() => 2)(3), 2);
    for (const number of [3, -1, 0.5, NaN]) {
      assert.throws(() => checkedRandom(() => number)(3), RangeError);
    }
  });
});
