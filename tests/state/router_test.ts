import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ExitPolicy } from "../../lib/codec/exit_policy.ts";
import { Consensus } from "../../lib/state/consensus.ts";
import { Router } from "../../lib/state/router.ts";
import type { RouterContext } from "../../lib/state/router_context.ts";
import { relayData } from "../_support/relay_data.ts";
import { entry, idOf, infoSource } from "./_relays.ts";

const ID = idOf("a");

/** A relay of a consensus, and the keys that it asked Tor for. */
async function makeRouter(
  answers: Readonly<Record<string, string>>,
  context: Omit<RouterContext, "control"> = {},
): Promise<{ router: Router; asked: readonly string[]; consensus: Consensus }> {
  const control = infoSource(answers);
  const consensus = new Consensus({ ...context, control });
  await consensus.update(entry("a"));
  return { router: consensus.allRouters[0]!, asked: control.asked, consensus };
}

describe("Router", () => {
  it("has the attributes that tor told", async () => {
    const consensus = new Consensus({ control: infoSource({}) });
    await consensus.update(relayData("full_ns_all"));
    const router = consensus.routers.get("authority2")!;
    // Twice: of lines that are not parsed yet, and of what they were parsed to.
    for (let i = 0; i < 2; i++) {
      assert.equal(router.idHex, "322A605296BE9B2B9AF14CB785895BEDD453E9E5");
      assert.equal(router.idHash, "MipgUpa+myua8Uy3hYlb7dRT6eU");
      assert.equal(router.nickname, "authority2");
      assert.equal(router.bandwidth, 107);
      assert.deepEqual([...router.flags], [
        ...["Authority", "Exit", "Fast", "Guard", "HSDir", "Running", "Stable", "V2Dir", "Valid"],
      ]);
      assert.equal(router.orHash, "qt/vEHlSYOoOQTSqf2VcFnjrodA");
      assert.equal(router.ip, "127.2.0.1");
      assert.equal(router.orPort, 44045);
      assert.equal(router.dirPort, 43709);
      assert.deepEqual(router.ipv6Addresses, []);
      assert.deepEqual(router.modified, new Date("2038-01-01T00:00:00Z"));
      assert.equal(router.isInConsensus, true);
      assert.equal(router.isUnmeasured, false);
      assert.equal(router.version, undefined);
      assert.equal(router.acceptsPort(80), false);
      assert.equal(String(router), "$322A605296BE9B2B9AF14CB785895BEDD453E9E5~authority2");
    }
    const exit = consensus.routers.get("relay1")!;
    assert.equal(exit.acceptsPort(80), true);
    assert.equal(exit.acceptsPort(17405), false);
    assert.throws(() => exit.acceptsPort(0), RangeError);
  });

  it("says of no port what it does not know", async () => {
    const { router, asked } = await makeRouter({
      [`md/id/${ID}`]: "onion-key\np accept 80\np6 accept 443",
    });
    assert.equal(router.policy, undefined);
    assert.equal(router.ipv6Policy, undefined);
    assert.equal(router.family, undefined);
    assert.throws(() => router.acceptsPort(80), {
      name: "TorError",
      message: `Cannot tell whether $${ID}~a accepts port 80: its policy is not read yet; await ` +
        "getPolicy() first, or of many relays readMicrodescriptors()",
    });
    assert.equal(String(await router.getPolicy()), "accept 80");
    assert.equal(router.acceptsPort(80), true);
    assert.equal(router.acceptsPort(443), false);
    assert.equal(router.acceptsPort(443, { ipv6: true }), true);
    assert.equal(router.acceptsPort(80, { ipv6: true }), false);
    await router.getFamily();
    await router.getPolicy();
    assert.deepEqual(asked, [`md/id/${ID}`]);
  });

  it("asks again when the relay has another descriptor, and keeps what it knew till then", async () => {
    const answers: Record<string, string> = { [`md/id/${ID}`]: "onion-key\np accept 80" };
    const { router, asked, consensus } = await makeRouter(answers);
    await router.getPolicy();
    await consensus.update(entry("a", { bandwidth: 9 }));
    await router.getPolicy();
    assert.equal(asked.length, 1);
    await consensus.update(entry("a", { microdescriptor: "another" }));
    assert.equal(router.acceptsPort(80), true);
    answers[`md/id/${ID}`] = "onion-key\np accept 443";
    assert.equal((await router.getPolicy()).acceptsPort(80), false);
    assert.equal(asked.length, 2);
  });

  it("does not take what was asked for before a new consensus for the newest", async () => {
    const replies: ((text: string) => void)[] = [];
    const getInfo = () => new Promise<string>((resolve) => replies.push(resolve));
    const consensus = new Consensus({ control: { ...infoSource({}), getInfo } });
    await consensus.update(entry("a"));
    const [router] = consensus.allRouters;
    const before = router!.getPolicy();
    await consensus.update(entry("a", { microdescriptor: "another" }));
    replies[0]!("onion-key\np accept 80");
    assert.equal(String(await before), "accept 80");
    const after = router!.getPolicy();
    replies[1]!("onion-key\np accept 443");
    assert.equal(String(await after), "accept 443");
  });

  it("reads families and IPv6 policies of descriptors where there are no others", async () => {
    const { router, asked, consensus } = await makeRouter({
      [`desc/id/${ID}`]: `family $${idOf("b")}\nipv6-policy accept 443\nreject *:*`,
    });
    assert.deepEqual([...(await router.getFamily()).fingerprints], [idOf("b")]);
    assert.equal(router.acceptsPort(443, { ipv6: true }), true);
    assert.deepEqual(asked, [`md/id/${ID}`, `desc/id/${ID}`]);
    await assert.rejects(router.getPolicy(), {
      message: `Cannot tell the policy of $${ID}~a: its descriptor has no summary of it`,
    });
    // The consensus that goes with them tells the policy.
    await consensus.update(`${entry("a")}p accept 80\n`);
    assert.equal(String(await router.getPolicy()), "accept 80");
    const { exitPolicy } = await router.getDescriptor();
    assert.ok(exitPolicy instanceof ExitPolicy);
    assert.equal(exitPolicy.accepts("192.0.2.1", 80), false);
  });

  it("fails where Tor knows nothing of the relay, or the caller gives up", async () => {
    const { router } = await makeRouter({});
    const error = { name: "UnrecognizedEntityError" };
    await assert.rejects(router.getPolicy(), error);
    await assert.rejects(router.getFamily(), error);
    await assert.rejects(router.getMicrodescriptor(), error);
    await assert.rejects(router.getDescriptor(), error);
  });

  it("is of one family with those that it names and that name it", async () => {
    const [a, b, c, d] = ["a", "b", "c", "d"].map(idOf) as [string, string, string, string];
    const control = infoSource({
      [`md/id/${a}`]: `onion-key\nfamily $${b} D $${c}~c`,
      [`md/id/${b}`]: `onion-key\nfamily $${a.toLowerCase()}\nfamily-ids ed25519:x`,
      [`md/id/${c}`]: `onion-key\nfamily-ids ed25519:y ed25519:x`,
      [`md/id/${d}`]: `onion-key\nfamily A`,
    });
    const consensus = new Consensus({ control });
    await consensus.update(["a", "b", "c", "d"].map((name) => entry(name)).join(""));
    const routers = consensus.allRouters;
    assert.throws(() => routers[0]!.isFamilyOf(routers[1]!), { name: "TorError" });
    for (const router of routers) await router.getFamily();
    const families = routers.map((one) =>
      routers.filter((other) => one.isFamilyOf(other)).map(({ nickname }) => nickname).join("")
    );
    assert.deepEqual(families, ["abd", "abc", "bc", "ad"]);
  });

  describe("getLocation", () => {
    const key = "ip-to-country/192.0.2.1";

    it("asks Tor, and once for each address", async () => {
      const { router, asked, consensus } = await makeRouter({
        [key]: "de",
        "ip-to-country/192.0.2.9": "??",
      });
      assert.deepEqual(await router.getLocation(), { countryCode: "DE" });
      assert.deepEqual(await router.getLocation(), { countryCode: "DE" });
      assert.deepEqual(asked, [key]);
      await consensus.update(entry("a").replace("192.0.2.1", "192.0.2.9"));
      assert.deepEqual(await router.getLocation(), { countryCode: undefined });
    });

    it("asks the user's function first, and Tor for what that does not know", async () => {
      const ips: string[] = [];
      const { router, asked } = await makeRouter({ [key]: "de" }, {
        geoip: (ip) => {
          ips.push(ip);
          return { countryCode: "FR", city: "Paris" };
        },
      });
      assert.deepEqual(await router.getLocation(), { countryCode: "FR", city: "Paris" });
      assert.deepEqual([ips, asked], [["192.0.2.1"], []]);

      const other = await makeRouter({ [key]: "de" }, { geoip: () => Promise.resolve(undefined) });
      assert.deepEqual(await other.router.getLocation(), { countryCode: "DE" });
      const city = () => ({ countryCode: undefined, city: "Paris" });
      const third = await makeRouter({ [key]: "fr" }, { geoip: city });
      assert.deepEqual(await third.router.getLocation(), { countryCode: "FR", city: "Paris" });
    });

    it("reads the records of a MaxMind database", async () => {
      const records: unknown[] = [
        {
          country: { iso_code: "DE", names: { en: "Germany", de: "Deutschland" } },
          city: { names: { en: "Munich" } },
          location: { latitude: 48.1, longitude: 11.6 },
          autonomous_system_number: 64496,
          autonomous_system_organization: "Example",
        },
        null,
        { country: "odd", city: { names: null } },
      ];
      const geoip = { get: () => records.shift() };
      const { router, asked, consensus } = await makeRouter({ [key]: "fr" }, { geoip });
      assert.deepEqual(await router.getLocation(), {
        countryCode: "DE",
        countryName: "Germany",
        city: "Munich",
        latitude: 48.1,
        longitude: 11.6,
        asNumber: 64496,
        asName: "Example",
      });
      assert.deepEqual(asked, []);
      await consensus.update("");
      for (let i = 0; i < 2; i++) {
        const { router } = await makeRouter({ [key]: "fr" }, { geoip });
        assert.deepEqual(await router.getLocation(), { countryCode: "FR" });
      }
    });

    it("gives up when it is told to", async () => {
      const { router } = await makeRouter({}, { geoip: () => new Promise(() => {}) });
      const signal = AbortSignal.abort(new Error("enough"));
      await assert.rejects(router.getLocation({ signal }), /enough/);
    });

    it("knows nothing of a relay without an address", async () => {
      const control = infoSource({});
      const router = new Router({ control }, { fingerprint: ID, nickname: undefined });
      assert.deepEqual(await router.getLocation(), { countryCode: undefined });
    });
  });

  describe("getDetails", () => {
    /** A relay that is answered with a body, and the addresses that it fetched. */
    function fetching(body: unknown, status = 200): { router: Router; urls: string[] } {
      const urls: string[] = [];
      const fetch = (url: string) => {
        urls.push(url);
        return Promise.resolve(new Response(JSON.stringify(body), { status }));
      };
      const router = new Router({ control: infoSource({}), fetch }, {
        fingerprint: ID,
        nickname: "a",
      });
      return { router, urls };
    }

    it("asks Onionoo, with its fields in camel case", async () => {
      const { router, urls } = fetching({
        version: "8.0",
        relays: [{
          fingerprint: ID,
          or_addresses: ["192.0.2.1:9001"],
          as_name: "Example",
          exit_policy_v6_summary: { accept: ["80"] },
          last_changed_address_or_port: "2026-11-21 20:00:00",
          running: true,
        }],
        bridges: [],
      });
      assert.deepEqual(await router.getDetails(), {
        fingerprint: ID,
        orAddresses: ["192.0.2.1:9001"],
        asName: "Example",
        exitPolicyV6Summary: { accept: ["80"] },
        lastChangedAddressOrPort: "2026-11-21 20:00:00",
        running: true,
      });
      await router.getDetails({ url: "http://example.onion" });
      assert.deepEqual(urls, [
        `https://onionoo.torproject.org/details?lookup=${ID}`,
        `http://example.onion/details?lookup=${ID}`,
      ]);
    });

    for (
      const [what, body, status, message] of [
        ["no relay", { relays: [] }, 200, /knows no such relay$/],
        ["another relay", { relays: [{ fingerprint: idOf("b") }] }, 200, /is of another$/],
        ["nonsense", { relays: 1 }, 200, /no `relays`$/],
        ["nothing", null, 200, /no `relays`$/],
        ["a relay without a name", { relays: [null, {}] }, 200, /knows no such relay$/],
        ["a failure", {}, 503, /status 503$/],
      ] as const
    ) {
      it(`fails where it is told of ${what}`, async () => {
        const { router } = fetching(body, status);
        await assert.rejects(router.getDetails(), { name: "TorError", message });
      });
    }

    it("fails where there is no way to fetch through Tor", async () => {
      const { router, asked } = await makeRouter({});
      await assert.rejects(router.getDetails(), { name: "TorError", message: /no way to fetch/ });
      assert.deepEqual(asked, []);
    });
  });
});

describe("Consensus.readMicrodescriptors", () => {
  it("finds the relays of what tor told by its digests", async () => {
    const control = infoSource({ "md/all": relayData("md_all") });
    const consensus = new Consensus({ control });
    await consensus.update(relayData("microdesc_ns_all"));
    assert.equal(await consensus.readMicrodescriptors(), 6);
    // What the other kind of consensus says of them.
    const full = new Consensus({ control });
    await full.update(relayData("full_ns_all"));
    for (const router of consensus.allRouters) {
      const { policy } = full.routers.get(router.idHex)!;
      assert.equal(String(router.policy), String(policy));
      assert.equal(router.acceptsPort(80, { ipv6: true }), false);
      assert.equal(router.family?.fingerprints.size, 0);
    }
    assert.deepEqual(control.asked, ["md/all"]);
  });

  it("leaves the relays alone that none belongs to", async () => {
    const own = (i: number) => `onion-key\np accept ${i + 1}\n`;
    const count = 150;
    const text = Array.from({ length: count }, (_, i) => own(i)).join("");
    const control = infoSource({ "md/all": text.slice(0, -1) });
    const consensus = new Consensus({ control });
    await consensus.update(
      entry("other") +
        Array.from({ length: count }, (_, i) => entry(`r${i}`, { microdescriptor: own(i) })).join(
          "",
        ),
    );
    assert.equal(await consensus.readMicrodescriptors(), count);
    assert.equal(consensus.routers.get("other")!.policy, undefined);
    for (let i = 0; i < count; i++) {
      assert.equal(String(consensus.routers.get(`r${i}`)!.policy), `accept ${i + 1}`);
    }
  });

  it("reads none where Tor has none", async () => {
    const consensus = new Consensus({ control: infoSource({ "md/all": "" }) });
    await consensus.update(entry("a"));
    assert.equal(await consensus.readMicrodescriptors(), 0);
  });
});
