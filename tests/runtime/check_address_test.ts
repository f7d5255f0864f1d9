import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { TorError } from "../../lib/errors/mod.ts";
import { checkAddress } from "../../lib/runtime/check_address.ts";

describe("checkAddress()", () => {
  it("lets through what the platform can use", () => {
    const tcp = { hostname: "::1", port: 9051 };
    const unix = { path: "/run/tor/control" };
    for (const platform of ["linux", "darwin", "freebsd", "other"] as const) {
      assert.deepEqual(checkAddress("connect to", tcp, { platform }), tcp);
      assert.deepEqual(checkAddress("connect to", unix, { platform }), unix);
    }
    assert.deepEqual(checkAddress("connect to", tcp, { platform: "win32" }), tcp);
  });

  it("says to use TCP instead of a Unix socket on Windows", () => {
    assert.throws(
      () => checkAddress("listen on", { path: "C:\\tor\\control" }, { platform: "win32" }),
      new TorError(
        "Cannot listen on unix:C:\\tor\\control: Unix sockets do not work on Windows, use a TCP port instead",
      ),
    );
  });

  it("counts the bytes of a Unix socket's path", () => {
    const limits = [["linux", 107], ["darwin", 103], ["freebsd", 103], ["other", 103]] as const;
    for (const [platform, limit] of limits) {
      const fits = { path: `/${"é".repeat((limit - 1) / 2)}` };
      assert.deepEqual(checkAddress("connect to", fits, { platform }), fits);
      assert.throws(
        () => checkAddress("connect to", { path: `${fits.path}x` }, { platform }),
        new TorError(
          `Cannot connect to unix:${fits.path}x: its path has ${limit + 1} bytes, ` +
            `and ${limit} are the most`,
        ),
      );
    }
  });

  it("refuses malformed addresses", () => {
    const platform = "linux";
    const check = (port: number) => () =>
      checkAddress("connect to", { hostname: "localhost", port }, { platform });
    for (const port of [-1, 65536, 1.5, NaN]) assert.throws(check(port), RangeError);
    assert.throws(() => checkAddress("connect to", { path: "" }, { platform }), TypeError);
  });
});
