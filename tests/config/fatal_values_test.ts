import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isAddressPolicy } from "../../lib/codec/address_policy.ts";
import { ConfiguredTor } from "./_support.ts";

const INVALID = "accept 192.0.2.1/33";

/** Rules, half of which are none. */
const rule = fc.tuple(
  fc.constantFrom("accept ", "accept6\t", "reject ", " reject6  ", "ACCEPT ", ""),
  fc.constantFrom("*", "*4", "*6", "private", "192.0.2.1", "[::1]", "[2001:db8::]", "::1", ""),
  fc.constantFrom("", "", "/8", "/33", "/129", "/255.255.0.0", "/0", "/"),
  fc.constantFrom("", "", ":80", ":*", ":80-90", ":90-80", ":0", ":65536", " :80", ":", " ", "\n"),
).map((parts) => parts.join(""));
const policy = fc.array(rule, { maxLength: 2 }).map((rules) => rules.join(","));

describe("a policy that Tor would end at", () => {
  it("is not sent, whichever way it is set", async () => {
    await using one = await ConfiguredTor.start();
    const { config, tor: { control } } = one;
    const torrc = await control.getInfo("config-text");
    const wrong = { name: "TypeError", message: /MetricsPortPolicy/ };
    for (
      const sending of [
        control.setConf({ MetricsPortPolicy: INVALID }),
        control.setConf({ metricsportpol: ["accept *", INVALID] }),
        control.resetConf({ MetricsPortPolicy: INVALID }),
        control.loadConf(`${torrc}\n+MetricsPortPolicy "${INVALID}"\n`),
        control.request("SETCONF", { args: ["MetricsPortPolicy=a"] }),
      ]
    ) {
      await assert.rejects(sending, wrong);
    }
    config.MetricsPortPolicy = [INVALID];
    config.ContactInfo = "me";
    await assert.rejects(config.save(), wrong);
    assert.deepEqual([...config.unsaved.keys()].sort(), ["ContactInfo", "MetricsPortPolicy"]);
    config.MetricsPortPolicy = ["accept 192.0.2.1/32", "reject *"];
    await config.save();
    assert.deepEqual(await one.told("MetricsPortPolicy"), config.MetricsPortPolicy);
    assert.deepEqual(await one.told("ContactInfo"), ["me"]);
  });

  it("is all that Tor itself does not take", { timeout: 60_000 }, async () => {
    await using one = await ConfiguredTor.start();
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(policy, async (text) => {
        if (!isAddressPolicy(text)) return;
        // Tor reads both by the same rules, and this one in time.
        await one.tor.control.setConf({ SocksPolicy: text });
        taken++;
      }),
      { numRuns: 1000 },
    );
    assert.ok(taken > 50, String(taken));
  });
});
