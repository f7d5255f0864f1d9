import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  entryBandwidth,
  entryDigest,
  entryFlags,
  entryIdentity,
  entryNickname,
  mayHavePolicy,
  RouterEntryReader,
} from "../../lib/codec/router_entry.ts";
import { parseRouterStatuses } from "../../lib/codec/router_status.ts";
import { digestToBase64 } from "../../lib/util/hex.ts";
import { relayData } from "../_support/relay_data.ts";

/** Checks that the quick way tells of each relay what the parser tells, in the same order. */
function checkEntries(text: string): number {
  const [malformed, expectedMalformed]: [string[], string[]] = [[], []];
  const reader = new RouterEntryReader(text, { onMalformed: (line) => malformed.push(line) });
  const entries: { fingerprint: string; identity: string; text: string }[] = [];
  while (reader.next()) {
    const { fingerprint, identity, text } = reader;
    entries.push({ fingerprint, identity, text });
  }
  const expected = parseRouterStatuses(text, {
    onMalformed: (line) => expectedMalformed.push(line),
  });
  assert.deepEqual(malformed, expectedMalformed);
  assert.equal(entries.length, expected.length);
  for (const [i, { fingerprint, identity, text }] of entries.entries()) {
    const status = expected[i]!;
    assert.deepEqual(parseRouterStatuses(text), [status]);
    assert.equal(fingerprint, status.fingerprint);
    assert.equal(entryNickname(text), status.nickname);
    assert.deepEqual(entryFlags(text), status.flags);
    assert.equal(entryBandwidth(text), status.bandwidth);
    assert.equal(identity, digestToBase64(fingerprint));
    assert.equal(entryIdentity(text), identity);
    assert.equal(entryDigest(text), status.digest && digestToBase64(status.digest));
    if (!mayHavePolicy(text)) assert.equal(status.policySummary, undefined);
  }
  return entries.length;
}

describe("RouterEntryReader", () => {
  for (const name of ["microdesc_ns_all", "full_ns_all", "consensus_microdesc"] as const) {
    it(`finds what the parser finds in ${name}`, () => {
      assert.equal(checkEntries(relayData(name)), 6);
    });
  }

  it("finds what the parser finds, whatever comes", () => {
    const line = fc.constantFrom(
      "r n02r Zpcq6644F/y5jobxKZOEcwd1q1o VgQdu93hKh1IXReYJdkQgKaz8EE 2038-01-01 00:00:00 1.2.3.4 1 0",
      "r n03r f0iW9eWjJDeErHsO17SnzqSFDMQ 2038-01-01 00:00:00 1.2.3.4 443 80 more",
      "r n05r f0iW9eWjJDeErHsO17SnzqSFDMA ***************************a 2038-01-01 00:00:00 1.2.3.4 1 1",
      "r n06r f0iW9eWjJDeErHsO17SnzqSFDME *************************** 2038-01-01 00:00:00 1.2.3.4 1 1",
      "r n04r f0iW9eWjJDeErHsO17SnzqSFDM/ 2038-01-01 00:00:00 1.2.3.4 65536 80",
      "r n07r f0iW9eWjJDeErHsO17SnzqSFDMB 2038-01-01 00:00:00 1.2.3.4 1 1",
      "r torn f0iW9eWjJDeErHsO17SnzqSFDMQ",
      "r ",
      "r",
      "s Fast Guard Running",
      "s",
      "s ",
      "w Bandwidth=12",
      "w Bandwidth=12 Unmeasured=1",
      "w Measured=3 Bandwidth=4",
      "w Bandwidth=x",
      "w",
      "p reject 1-65535",
      "x Bandwidth=9",
      "",
      "directory-footer",
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.boolean(), (lines, isEnded) => {
        checkEntries(lines.join("\n") + (isEnded ? "\n" : ""));
      }),
      { numRuns: 1000 },
    );
  });
});
