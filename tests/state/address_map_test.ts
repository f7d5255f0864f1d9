import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { MappedAddress } from "../../lib/state/address_map.ts";
import { ScriptedState } from "./_scripted_state.ts";

/** A time as Tor writes it. */
const iso = (time: number) => new Date(time).toISOString().replace("T", " ").slice(0, 19);

describe("the address map", () => {
  it("is looked up both ways", async () => {
    const hour = Date.now() + 3_600_000;
    await using scripted = await ScriptedState.open({
      answers: {
        "address-mappings/all": [
          "127.192.0.9 example.onion NEVER",
          `www.example 192.0.2.7 "${iso(hour)}"`,
          `old.example 192.0.2.7 "2001-01-01 00:00:00"`,
          "nonsense",
        ],
      },
    });
    const { addressMap } = scripted.state;
    assert.equal(addressMap.get("127.192.0.9")?.to, "example.onion");
    assert.equal(addressMap.get("127.192.0.9")?.expires, undefined);
    assert.equal(addressMap.get("WWW.example")?.expires?.getTime(), Math.floor(hour / 1000) * 1000);
    assert.equal(addressMap.get("old.example"), undefined);
    assert.deepEqual(addressMap.namesOf("192.0.2.7"), ["www.example"]);
    assert.deepEqual(addressMap.namesOf("Example.onion"), ["127.192.0.9"]);
    assert.deepEqual([...addressMap].map(({ from }) => from), ["127.192.0.9", "www.example"]);
    assert.equal(addressMap.size, 2);
  });

  it("follows Tor, and tells what is mapped and what has expired", async () => {
    await using scripted = await ScriptedState.open();
    const { addressMap } = scripted.state;
    const told: string[] = [];
    const note = (name: string) => ({ from, to }: MappedAddress) =>
      told.push(`${name} ${from} ${to}`);
    const expired = new Promise((resolve) => {
      addressMap.listen({ addressMapped: note("mapped"), addressExpired: note("expired") });
      addressMap.listen({ addressExpired: resolve });
    });
    const soon = iso(Date.now() + 2000);
    await scripted.send(
      `ADDRMAP a.example 192.0.2.1 "${soon}" EXPIRES="${soon}" CACHED="YES"`,
      "ADDRMAP b.example 192.0.2.2 NEVER",
      "ADDRMAP b.example 192.0.2.2 NEVER",
      "ADDRMAP b.example 192.0.2.3 NEVER",
      'ADDRMAP c.example <error> "2030-01-01 00:00:00" error=yes',
    );
    assert.equal(addressMap.get("a.example")?.to, "192.0.2.1");
    assert.equal(addressMap.get("c.example"), undefined);
    await expired;
    assert.deepEqual(told, [
      "mapped a.example 192.0.2.1",
      "mapped b.example 192.0.2.2",
      "mapped b.example 192.0.2.3",
      "expired a.example 192.0.2.1",
    ]);
    assert.equal(addressMap.get("a.example"), undefined);
    assert.equal(addressMap.size, 1);
  });
});
