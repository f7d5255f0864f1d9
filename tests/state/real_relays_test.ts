import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { NewConsensusEvent } from "../../lib/codec/events/mod.ts";
import type { ControlConnection } from "../../lib/control/connection.ts";
import { UnrecognizedEntityError } from "../../lib/errors/mod.ts";
import { Consensus } from "../../lib/state/consensus.ts";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import { useNetwork } from "../_support/network.ts";
import { assertSame } from "./_relays.ts";
import { SLOW } from "../tor/_support.ts";

/** Tries again every second, which Tor tells by BW events, until it is so. */
async function until(control: ControlConnection, isSo: () => Promise<boolean>): Promise<void> {
  const seconds = control.events("BW");
  try {
    while (!await isSo()) await seconds.next();
  } finally {
    await seconds.return?.();
  }
}

async function consensusOf({ control }: Tor): Promise<Consensus> {
  const consensus = new Consensus({ control });
  await consensus.update(await control.getInfo("ns/all"));
  return consensus;
}

describe("the relays of a real Tor", SLOW, () => {
  let network: PrivateNetwork;
  /** A client of today, and one that uses server descriptors. */
  let [tor, full]: Tor[] = [];
  let [consensus, fullConsensus]: Consensus[] = [];
  let newConsensuses: AsyncIterator<NewConsensusEvent>;

  before(async () => {
    network = await useNetwork();
    const torrc = "UseMicrodescriptors 0\nFetchUselessDescriptors 1";
    const clients = await Promise.all([network.addClient(), network.addClient({ torrc })]);
    [tor, full] = await Promise.all(clients.map(({ control }) => connect({ control })));
    newConsensuses = tor!.control.events("NEWCONSENSUS");
    [consensus, fullConsensus] = await Promise.all([consensusOf(tor!), consensusOf(full!)]);
    const relays = network.authorities.length + network.relays.length;
    await until(tor!.control, async () => await consensus!.readMicrodescriptors() === relays);
    await until(full!.control, async () => {
      const descriptors = await full!.control.getInfo("desc/all-recent");
      return descriptors.match(/^router /mg)?.length === relays;
    });
  }, SLOW);

  after(async () => {
    await tor?.[Symbol.asyncDispose]();
    await full?.[Symbol.asyncDispose]();
    await network?.[Symbol.asyncDispose]();
  });

  it("are those of the network", () => {
    const nodes = [...network.authorities, ...network.relays];
    for (const known of [consensus!, fullConsensus!]) {
      assert.equal(known.allRouters.length, nodes.length);
      for (const { nickname, fingerprint, address, orPort } of nodes) {
        const router = known.routers.get(nickname)!;
        assert.equal(router.idHex, fingerprint);
        assert.equal(router.ip, address);
        assert.equal(router.orPort, orPort);
        assert.ok(router.flags.has("Running"));
        assert.equal(typeof router.bandwidth, "number");
      }
      assert.deepEqual(
        [...known.authorities.keys()].sort(),
        network.authorities.map(({ nickname }) => nickname).sort(),
      );
    }
  });

  it("have the same policies by microdescriptors and by a consensus that has them", async () => {
    for (const router of consensus!.allRouters) {
      const other = fullConsensus!.routers.get(router.idHex)!;
      assert.ok(router.policy !== undefined);
      assert.equal(String(router.policy), String(other.policy));
      const { policy, ed25519Identity, extra } = await router.getMicrodescriptor();
      assert.equal(String(policy), String(router.policy));
      assert.match(ed25519Identity!, /^[A-Za-z0-9+/]{43}$/);
      assert.deepEqual(extra, []);
    }
  });

  it("have full exit policies where Tor has descriptors", async () => {
    for (const router of fullConsensus!.allRouters) {
      const descriptor = await router.getDescriptor();
      assert.equal(descriptor.nickname, router.nickname);
      assert.equal(descriptor.fingerprint, router.idHex);
      assert.equal(descriptor.ip, router.ip);
      assert.deepEqual(descriptor.extra, []);
      for (const port of [1, 80, 443, 17405, 65535]) {
        assert.equal(descriptor.exitPolicy.acceptsPort(port), router.acceptsPort(port));
        assert.equal(descriptor.exitPolicy.accepts("192.0.2.1", port), router.acceptsPort(port));
      }
      assert.equal((await router.getFamily()).fingerprints.size, 0);
      assert.equal(router.acceptsPort(80, { ipv6: true }), false);
    }
    await assert.rejects(consensus!.allRouters[0]!.getDescriptor(), UnrecognizedEntityError);
  });

  it("are weighted as the consensus says", async () => {
    for (const known of [consensus!, fullConsensus!]) {
      const { bandwidthWeights, method, validAfter, validUntil } = await known.readHeader();
      // A new network has none, since its relays have no bandwidth yet.
      assert.ok([0, 19].includes(bandwidthWeights.size));
      assert.equal(bandwidthWeights.get("Wgm"), bandwidthWeights.get("Wgg"));
      assert.ok(method! >= 28);
      assert.ok(validAfter! < validUntil!);
    }
  });

  it("are nowhere that Tor's GeoIP database knows", async () => {
    const { countryCode } = await consensus!.allRouters[0]!.getLocation();
    assert.equal(countryCode, undefined);
    assert.equal(await tor!.control.getInfo("ip-to-country/8.8.8.8"), "us");
  });

  it("stay the same objects when a new consensus comes", SLOW, async () => {
    const byId = () => [...consensus!.allRouters].sort((a, b) => a.idHex < b.idHex ? -1 : 1);
    const before = byId();
    const { value } = await newConsensuses.next();
    await newConsensuses.return?.();
    const { added, removed } = await consensus!.update(value.body);
    assert.deepEqual([added, removed], [[], []]);
    assertSame(byId(), before);
    for (const router of before) assert.ok(router.isInConsensus);
  });
});
