import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isolationToken } from "../../lib/tor/isolation_token.ts";

const SESSION = "0123456789abcdef";

describe("isolationToken", () => {
  it("sets the session before the text", async () => {
    assert.equal(await isolationToken(SESSION, "key mine"), `${SESSION} key mine`);
  });

  it("has 255 bytes at most, and is another for every text", async () => {
    const lengths = [237, 238, 239, 1000, 1001, 100_000];
    const tokens = await Promise.all(lengths.map((n) => isolationToken(SESSION, "x".repeat(n))));
    tokens.push(await isolationToken("f".repeat(16), "x".repeat(1000)));
    tokens.push(await isolationToken(SESSION, "\u00e9".repeat(200)));
    for (const token of tokens) assert.ok(new TextEncoder().encode(token).length <= 255, token);
    assert.equal(new Set(tokens).size, tokens.length);
    assert.equal(tokens[1], `${SESSION} ${"x".repeat(238)}`);
    assert.match(tokens[2]!, /^0123456789abcdef sha256 [0-9A-F]{64}$/);
  });
});
