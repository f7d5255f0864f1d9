import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TorVersion } from "../../lib/tor/tor_version.ts";

describe("TorVersion", () => {
  it("reads what Tor calls itself", () => {
    for (
      const [text, numbers, status] of [
        ["0.4.9.11", [0, 4, 9, 11], ""],
        ["0.4.9.1-alpha-dev", [0, 4, 9, 1], "alpha-dev"],
        ["0.4.8.12 (git-fa5c9d6a9f0d9c2c)", [0, 4, 8, 12], ""],
        ["0.3.5.1-rc (git-1) (extra)", [0, 3, 5, 1], "rc"],
        ["0.1.2", [0, 1, 2, 0], ""],
        [" 0.4.9.11\n", [0, 4, 9, 11], ""],
      ] as const
    ) {
      const version = new TorVersion(text);
      assert.deepEqual([version.text, version.numbers, version.status], [
        text.trim(),
        numbers,
        status,
      ]);
      assert.equal(`${version}`, text.trim());
      assert.equal(JSON.stringify({ version }), JSON.stringify({ version: text.trim() }));
    }
  });

  it("refuses what is no version", () => {
    for (
      const text of ["", "0.4", "0.4.9.", "a.b.c.d", "0.4.9.11.1", "Tor 0.4.9.11", "0.4.9.11 x"]
    ) {
      assert.throws(() => new TorVersion(text), SyntaxError);
      assert.equal(TorVersion.parse(text), undefined);
    }
  });

  it("puts versions in the order of version-spec", () => {
    const ordered = [
      "0.1.2",
      "0.3.5.18",
      "0.4.8.9",
      "0.4.8.10",
      "0.4.9.1-alpha",
      "0.4.9.1-alpha-dev",
      "0.4.9.1-rc",
      "0.4.9.2-alpha",
      "0.4.9.11",
      "0.4.9.11-dev",
      "0.4.10.1-alpha",
      "1.0.0.0",
    ].map((text) => new TorVersion(text));
    for (const [i, a] of ordered.entries()) {
      for (const [j, b] of ordered.entries()) {
        assert.equal(Math.sign(a.compare(b)), Math.sign(i - j), `${a} and ${b}`);
        assert.equal(a.isAtLeast(b.text), i >= j, `${a} and ${b}`);
      }
    }
  });

  it("takes those for equal that differ in what is in parentheses", () => {
    assert.equal(new TorVersion("0.4.9.11 (git-1)").compare("0.4.9.11 (git-2)"), 0);
    assert.equal(new TorVersion("0.1.2").compare("0.1.2.0"), 0);
  });
});
