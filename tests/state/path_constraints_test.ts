import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PathSelectionError } from "../../lib/errors/mod.ts";
import { distinctness, fittingRouters, shareNetwork } from "../../lib/state/path_constraints.ts";
import { makeRouters, names, type Relay } from "./_synthetic_relays.ts";

async function areTogether(a: Omit<Relay, "name">, b: Omit<Relay, "name">): Promise<boolean> {
  const [one, two] = await makeRouters([{ name: "a", ...a }, { name: "b", ...b }]);
  assert.equal(shareNetwork(one!, two!), shareNetwork(two!, one!));
  return shareNetwork(one!, two!);
}

describe("two relays are in one network", () => {
  it("where the first 16 bits of IPv4 addresses are the same", async () => {
    assert.equal(await areTogether({ ip: "192.0.2.1" }, { ip: "192.0.255.9" }), true);
    assert.equal(await areTogether({ ip: "192.0.2.1" }, { ip: "192.1.2.1" }), false);
    assert.equal(await areTogether({ ip: "1.11.2.1" }, { ip: "1.1.12.1" }), false);
    assert.equal(await areTogether({ ip: "10.1.2.1" }, { ip: "100.1.2.1" }), false);
  });

  it("where the first 32 bits of IPv6 addresses are the same, however these are written", async () => {
    const [a, b] = [{ ip: "1.2.3.4", ipv6: "2001:db8::1" }, { ip: "5.6.7.8" }];
    assert.equal(await areTogether(a, { ...b, ipv6: "2001:0DB8:ffff::2" }), true);
    assert.equal(await areTogether(a, { ...b, ipv6: "2001:db9::1" }), false);
    assert.equal(await areTogether(a, b), false);
    assert.equal(await areTogether({ ...a, ipv6: "2001::1" }, { ...b, ipv6: "2001::2" }), true);
  });
});

describe("relays of one path", () => {
  it("are of families that do not name each other", async () => {
    const routers = await makeRouters([
      { name: "a", family: ["b", "c"] },
      { name: "b", family: ["a"] },
      { name: "c" },
      { name: "d", family: undefined },
    ]);
    const fitting = fittingRouters(
      "middle",
      routers,
      distinctness([routers[0]!], { enforceDistinctSubnets: true }),
    );
    assert.deepEqual(names(fitting), ["c"]);
  });

  it("may be of one network only where that is allowed", async () => {
    const routers = await makeRouters([
      { name: "a", ip: "1.2.3.4" },
      { name: "b", ip: "1.2.9.9" },
    ]);
    const options = { enforceDistinctSubnets: true };
    assert.throws(() => fittingRouters("exit", routers, distinctness([routers[0]!], options)), {
      name: "PathSelectionError",
      position: "exit",
      message: "Cannot choose an exit: of 1 relays left none is in another network than the rest " +
        "of the path (EnforceDistinctSubnets)",
    });
    options.enforceDistinctSubnets = false;
    const fitting = fittingRouters("exit", routers, distinctness([routers[0]!], options));
    assert.deepEqual(names(fitting), ["b"]);
  });

  it("fail with what left none, and of how many", async () => {
    const routers = await makeRouters(["a", "b", "c"].map((name) => ({ name })));
    const constraint = (name: string, fitting: string) => ({
      name,
      fits: ({ nickname }: { nickname: string | undefined }) => fitting.includes(nickname!),
    });
    const constraints = [
      constraint("is first", "abc"),
      constraint("is second", "bc"),
      constraint("is third", "a"),
      constraint("is fourth", "abc"),
    ];
    assert.throws(
      () => fittingRouters("guard", routers, constraints),
      new PathSelectionError({ position: "guard", constraint: "is third", left: 2 }),
    );
    assert.throws(
      () => fittingRouters("guard", [], constraints),
      { message: "Cannot choose a guard: of 0 relays left none is first" },
    );
  });
});
