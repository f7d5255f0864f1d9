import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ControlConnection } from "../../../lib/control/connection.ts";
import { detectRuntime } from "../../../lib/runtime/mod.ts";
import { ScriptedControlPort } from "../../../lib/testing/mod.ts";

const ADDRESS = "v32nd5oxo4xr6lfbpb3kzq4tbwqspibo2hwqtxl6un5scdu7txwgodyd";
const OK = ["250 OK"];

/** What is called, the line that must reach Tor, what Tor answers, and what the caller gets. */
type Row = [
  call: (control: ControlConnection) => Promise<unknown>,
  line: string,
  reply: readonly string[],
  result?: unknown,
];

const TABLE: Record<string, Row[]> = {
  setConf: [
    [
      (c) => c.setConf({ ContactInfo: 'a "b"\r\nSIGNAL HALT' }),
      'SETCONF ContactInfo="a \\"b\\"\\r\\nSIGNAL HALT"',
      OK,
    ],
    [
      (c) => c.setConf({ MaxCircuitDirtiness: 700, ExitRelay: true, Nickname: null }),
      'SETCONF MaxCircuitDirtiness="700" ExitRelay="1" Nickname',
      OK,
    ],
    [
      (c) => c.setConf([["SocksPort", [9050, "unix:/a b"]], ["MapAddress", []]]),
      'SETCONF SocksPort="9050" SocksPort="unix:/a b" MapAddress',
      OK,
    ],
  ],
  resetConf: [
    [(c) => c.resetConf("SocksPort"), "RESETCONF SocksPort", OK],
    [(c) => c.resetConf(["SocksPort", "DNSPort"]), "RESETCONF SocksPort DNSPort", OK],
    [(c) => c.resetConf({ SocksPort: 9050 }), 'RESETCONF SocksPort="9050"', OK],
  ],
  getConf: [
    [(c) => c.getConf("SocksPort"), "GETCONF SocksPort", ["250 SocksPort=127.0.0.1:29550"], [
      { key: "SocksPort", value: "127.0.0.1:29550" },
    ]],
    [(c) => c.getConf(["ContactInfo", "Nickname"]), "GETCONF ContactInfo Nickname", [
      String.raw`250-ContactInfo="a \"b\" \\ c\n"`,
      "250 Nickname",
    ], [{ key: "ContactInfo", value: 'a "b" \\ c\n' }, { key: "Nickname", value: undefined }]],
    [(c) => c.getConf("HiddenServiceOptions"), "GETCONF HiddenServiceOptions", [
      "250-HiddenServiceDir=/a=b",
      '250-HiddenServicePort="80 unix:"',
      "250 HiddenServicePort=",
    ], [
      { key: "HiddenServiceDir", value: "/a=b" },
      { key: "HiddenServicePort", value: "80 unix:" },
      { key: "HiddenServicePort", value: "" },
    ]],
  ],
  saveConf: [
    [(c) => c.saveConf(), "SAVECONF", OK],
    [(c) => c.saveConf({ force: true }), "SAVECONF FORCE", OK],
  ],
  loadConf: [
    [(c) => c.loadConf("SocksPort 0\n.\n"), "+LOADCONF\nSocksPort 0\n.", OK],
  ],
  signal: [[(c) => c.signal("NEWNYM"), "SIGNAL NEWNYM", OK]],
  mapAddress: [
    [
      (c) => c.mapAddress({ "0.0.0.0": "a.example", "1.2.3.4": "bad.." }),
      "MAPADDRESS 0.0.0.0=a.example 1.2.3.4=bad..",
      [
        "250-127.244.229.186=a.example",
        "250 1.2.3.4=bad..",
      ],
      [
        { original: "127.244.229.186", replacement: "a.example", error: undefined },
        { original: "1.2.3.4", replacement: "bad..", error: undefined },
      ],
    ],
  ],
  getInfo: [
    [
      (c) => c.getInfo("version"),
      "GETINFO version",
      ["250-version=0.4.9.11", "250 OK"],
      "0.4.9.11",
    ],
    [(c) => c.getInfo("circuit-status"), "GETINFO circuit-status", [
      "250+circuit-status=",
      "1 BUILT",
      "2 BUILT a=b",
      ".",
      "250 OK",
    ], "1 BUILT\n2 BUILT a=b"],
    [
      (c) => c.getInfo(["ns/all", "dormant"]),
      "GETINFO ns/all dormant",
      ["250-ns/all=", "250-dormant=0", "250 OK"],
      new Map([
        ["ns/all", ""],
        ["dormant", "0"],
      ]),
    ],
  ],
  extendCircuit: [
    [(c) => c.extendCircuit(0), "EXTENDCIRCUIT 0", ["250 EXTENDED 23"], 23],
    [
      (c) => c.extendCircuit(5, { path: ["$66972AEBAE3817FCB98E86F1299384730775AB5A~n02r", "n1"] }),
      "EXTENDCIRCUIT 5 $66972AEBAE3817FCB98E86F1299384730775AB5A~n02r,n1",
      ["250 EXTENDED 5"],
      5,
    ],
    [
      (c) => c.extendCircuit(0, { path: ["n1"], purpose: "controller" }),
      "EXTENDCIRCUIT 0 n1 purpose=controller",
      ["250 EXTENDED 6"],
      6,
    ],
  ],
  setCircuitPurpose: [[
    (c) => c.setCircuitPurpose(5, "controller"),
    "SETCIRCUITPURPOSE 5 purpose=controller",
    OK,
  ]],
  attachStream: [
    [(c) => c.attachStream(3, 0), "ATTACHSTREAM 3 0", OK],
    [(c) => c.attachStream(3, 5, { hop: 2 }), "ATTACHSTREAM 3 5 HOP=2", OK],
  ],
  postDescriptor: [
    [(c) => c.postDescriptor("router x\n.y"), "+POSTDESCRIPTOR\nrouter x\n.y", OK, true],
    [
      (c) => c.postDescriptor("router x", { purpose: "bridge", cache: false }),
      "+POSTDESCRIPTOR purpose=bridge cache=no\nrouter x",
      ["251 not needed"],
      false,
    ],
  ],
  redirectStream: [
    [(c) => c.redirectStream(3, "a.example"), "REDIRECTSTREAM 3 a.example", OK],
    [(c) => c.redirectStream(3, "a.example", { port: 80 }), "REDIRECTSTREAM 3 a.example 80", OK],
  ],
  closeStream: [
    [(c) => c.closeStream(3), "CLOSESTREAM 3 1", OK],
    [(c) => c.closeStream(3, "TORPROTOCOL"), "CLOSESTREAM 3 13", OK],
    [(c) => c.closeStream(3, 7), "CLOSESTREAM 3 7", OK],
  ],
  closeCircuit: [
    [(c) => c.closeCircuit(5), "CLOSECIRCUIT 5", OK],
    [(c) => c.closeCircuit(5, { ifUnused: true }), "CLOSECIRCUIT 5 IfUnused", OK],
  ],
  useFeature: [[
    (c) => c.useFeature(["VERBOSE_NAMES", "EXTENDED_EVENTS"]),
    "USEFEATURE VERBOSE_NAMES EXTENDED_EVENTS",
    OK,
  ]],
  resolve: [
    [(c) => c.resolve("a.example"), "RESOLVE a.example", OK],
    [
      (c) => c.resolve(["1.2.3.4", "::1"], { reverse: true }),
      "RESOLVE mode=reverse 1.2.3.4 ::1",
      OK,
    ],
  ],
  protocolInfo: [
    [(c) => c.protocolInfo(), "PROTOCOLINFO 1", [
      "250-PROTOCOLINFO 1",
      '250-AUTH METHODS=COOKIE,SAFECOOKIE COOKIEFILE="/a b/cookie"',
      '250-VERSION Tor="0.4.9.11"',
      "250 OK",
    ], {
      protocolVersion: 1,
      methods: ["COOKIE", "SAFECOOKIE"],
      cookieFile: "/a b/cookie",
      torVersion: "0.4.9.11",
    }],
    [(c) => c.protocolInfo(), "PROTOCOLINFO 1", [
      "250-FUTURE line",
      "250-AUTH METHODS=NULL",
      "250 OK",
    ], { protocolVersion: 1, methods: ["NULL"], cookieFile: undefined, torVersion: undefined }],
  ],
  authChallenge: [
    [(c) => c.authChallenge(Uint8Array.of(1, 255)), "AUTHCHALLENGE SAFECOOKIE 01FF", [
      `250 AUTHCHALLENGE SERVERHASH=${"0A".repeat(32)} SERVERNONCE=${"fc".repeat(32)}`,
    ], {
      serverHash: new Uint8Array(32).fill(0x0a),
      serverNonce: new Uint8Array(32).fill(0xfc),
    }],
  ],
  authenticate: [
    [(c) => c.authenticate(), "AUTHENTICATE", OK],
    [(c) => c.authenticate('a"b'), "AUTHENTICATE 612262", OK],
    [(c) => c.authenticate(Uint8Array.of(0, 1)), "AUTHENTICATE 0001", OK],
  ],
  takeOwnership: [[(c) => c.takeOwnership(), "TAKEOWNERSHIP", OK]],
  dropOwnership: [[(c) => c.dropOwnership(), "DROPOWNERSHIP", OK]],
  dropGuards: [[(c) => c.dropGuards(), "DROPGUARDS", OK]],
  dropTimeouts: [[(c) => c.dropTimeouts(), "DROPTIMEOUTS", OK]],
  hsFetch: [
    [(c) => c.hsFetch(`${ADDRESS}.onion`), `HSFETCH ${ADDRESS}`, OK],
    [
      (c) => c.hsFetch(ADDRESS, { servers: ["$AA", "$BB"] }),
      `HSFETCH ${ADDRESS} SERVER=$AA SERVER=$BB`,
      OK,
    ],
  ],
  hsPost: [
    [
      (c) => c.hsPost("hs-descriptor 3", { address: `${ADDRESS}.onion`, servers: ["$AA"] }),
      `+HSPOST SERVER=$AA HSADDRESS=${ADDRESS}\nhs-descriptor 3`,
      OK,
    ],
  ],
  addOnion: [
    [
      (c) => c.addOnion({ ports: [80], discardKey: true }),
      "ADD_ONION NEW:ED25519-V3 Flags=DiscardPK Port=80",
      [`250-ServiceID=${ADDRESS}`, "250 OK"],
    ],
    [
      (c) =>
        c.addOnion({
          privateKey: "ED25519-V3:abc=",
          ports: [80, { virtual: 81, target: 8080 }, { virtual: 82, target: "unix:/run/x" }, {
            virtual: 83,
            target: { hostname: "::1", port: 90 },
          }],
          detach: true,
          nonAnonymous: true,
          maxStreams: 3,
          maxStreamsCloseCircuit: true,
          powDefences: { queueRate: 20, queueBurst: 40 },
          clients: ["YKJH", "ABCD"],
        }),
      "ADD_ONION ED25519-V3:abc= Flags=Detach,V3Auth,NonAnonymous,MaxStreamsCloseCircuit MaxStreams=3 " +
      "PoWDefensesEnabled=1 PoWQueueRate=20 PoWQueueBurst=40 Port=80 Port=81,8080 Port=82,unix:/run/x " +
      "Port=83,[::1]:90 ClientAuthV3=YKJH ClientAuthV3=ABCD",
      [`250-ServiceID=${ADDRESS}`, "250-ClientAuthV3=YKJH", "250 OK"],
    ],
    [
      (c) => c.addOnion({ ports: [80], powDefences: false }),
      "ADD_ONION NEW:ED25519-V3 PoWDefensesEnabled=0 Port=80",
      [`250-ServiceID=${ADDRESS}`, "250 OK"],
    ],
  ],
  delOnion: [[(c) => c.delOnion(`${ADDRESS}.onion`), `DEL_ONION ${ADDRESS}`, OK]],
  onionClientAuthAdd: [
    [
      (c) => c.onionClientAuthAdd(ADDRESS, "abc="),
      `ONION_CLIENT_AUTH_ADD ${ADDRESS} x25519:abc=`,
      OK,
      "added",
    ],
    [
      (c) =>
        c.onionClientAuthAdd(`${ADDRESS}.onion`, "x25519:abc=", {
          clientName: "bob",
          permanent: true,
        }),
      `ONION_CLIENT_AUTH_ADD ${ADDRESS} x25519:abc= ClientName=bob Flags=Permanent`,
      ["251 Client for onion existed and replaced"],
      "replaced",
    ],
    [(c) => c.onionClientAuthAdd(ADDRESS, "abc="), `ONION_CLIENT_AUTH_ADD ${ADDRESS} x25519:abc=`, [
      "252 Registered and decrypted",
    ], "decrypted"],
  ],
  onionClientAuthRemove: [
    [(c) => c.onionClientAuthRemove(ADDRESS), `ONION_CLIENT_AUTH_REMOVE ${ADDRESS}`, OK, true],
    [(c) => c.onionClientAuthRemove(ADDRESS), `ONION_CLIENT_AUTH_REMOVE ${ADDRESS}`, [
      "251 No credentials",
    ], false],
  ],
  onionClientAuthView: [
    [(c) => c.onionClientAuthView(), "ONION_CLIENT_AUTH_VIEW", [
      "250-ONION_CLIENT_AUTH_VIEW",
      "250 OK",
    ], []],
  ],
  request: [
    [
      async (c) => (await c.request("FUTURE", { args: ["a", { key: "B", quoted: "c d" }] })).code,
      'FUTURE a B="c d"',
      ["250 done"],
      250,
    ],
  ],
};

describe("every command's method", () => {
  let port: ScriptedControlPort;
  let control: ControlConnection;

  before(async () => {
    port = await ScriptedControlPort.start();
    const runtime = await detectRuntime();
    control = await ControlConnection.connect({ control: port.address, runtime });
  });

  after(async () => {
    await control.close();
    await port.close();
  });

  for (const [name, rows] of Object.entries(TABLE)) {
    for (const [call, line, reply, result] of rows) {
      it(`${name} sends ${line.split("\n")[0]}`, async () => {
        port.expect(({ line: head, data }) =>
          (data === undefined ? head : `+${head}\n${data}`) === line
        )
          .reply(...reply);
        const got = await call(control);
        if (result !== undefined) assert.deepEqual(got, result);
        port.assertDone();
      });
    }
  }

  it("getInfo of no key, and getConf of none, ask nothing", async () => {
    assert.deepEqual(await control.getInfo([]), new Map());
    assert.deepEqual(await control.getConf([]), []);
    assert.deepEqual(await control.mapAddress({}), []);
    port.assertDone();
  });

  it("mapAddress tells what came of each mapping", async () => {
    port.expect("MAPADDRESS a=b c=d").reply("250-a=b", "512 syntax error: invalid address 'c'");
    const [first, second] = await control.mapAddress([["a", "b"], ["c", "d"]]);
    assert.equal(first?.error, undefined);
    assert.equal(second?.error?.name, "ArgumentSyntaxError");
    assert.match(second!.error!.message, /MAPADDRESS c=d: 512 syntax error/);
    port.expect("MAPADDRESS a=b").reply("512 syntax error");
    await assert.rejects(control.mapAddress({ a: "b" }), { name: "ArgumentSyntaxError" });
  });

  it("authChallenge refuses an answer without a whole hash and nonce", async () => {
    for (const fields of ["", " SERVERHASH=00 SERVERNONCE=00", " SERVERHASH=zz SERVERNONCE=zz"]) {
      port.expect("AUTHCHALLENGE SAFECOOKIE 01").reply(`250 AUTHCHALLENGE${fields}`);
      await assert.rejects(control.authChallenge(Uint8Array.of(1)), {
        name: "TorError",
        message: "Cannot read the reply to AUTHCHALLENGE: no SERVERHASH of 32 bytes",
      });
    }
  });

  it("addOnion gives the new key, and no inspection shows it", async () => {
    const lines = [`250-ServiceID=${ADDRESS}`, "250-PrivateKey=ED25519-V3:SECRET", "250 OK"];
    port.expect(/^ADD_ONION/).reply(...lines);
    const onion = await control.addOnion({ ports: [80] });
    assert.equal(onion.serviceId, ADDRESS);
    assert.equal(onion.exportPrivateKey(), "ED25519-V3:SECRET");
    assert.doesNotMatch(JSON.stringify(onion) + Object.values(onion), /SECRET/);
  });

  it("onionClientAuthView reads every field, and no inspection shows a key", async () => {
    port.expect(`ONION_CLIENT_AUTH_VIEW ${ADDRESS}`).reply(
      `250-ONION_CLIENT_AUTH_VIEW ${ADDRESS}`,
      `250-CLIENT ${ADDRESS} x25519:SECRET= ClientName=bob Flags=Permanent`,
      "250 OK",
    );
    const [credential] = await control.onionClientAuthView(`${ADDRESS}.onion`);
    assert.equal(credential?.serviceId, ADDRESS);
    assert.equal(credential?.exportPrivateKey(), "x25519:SECRET=");
    assert.equal(credential?.clientName, "bob");
    assert.deepEqual(credential?.flags, ["Permanent"]);
    assert.doesNotMatch(JSON.stringify(credential), /SECRET/);
  });

  const REFUSED: Record<string, (c: ControlConnection) => Promise<unknown>> = {
    "a circuit's number": (c) => c.closeCircuit(-1),
    "a stream's number": (c) => c.closeStream(1.5),
    "a reason": (c) => c.closeStream(1, 0),
    "a hop": (c) => c.attachStream(1, 1, { hop: 0 }),
    "a port": (c) => c.redirectStream(1, "a", { port: 65536 }),
    "a virtual port": (c) => c.addOnion({ ports: [0] }),
    "no port": (c) => c.addOnion({ ports: [] }),
    "maxStreams": (c) => c.addOnion({ ports: [80], maxStreams: 65536 }),
    "a client's name": (c) => c.onionClientAuthAdd(ADDRESS, "k", { clientName: "é".repeat(9) }),
  };
  for (const [name, call] of Object.entries(REFUSED)) {
    it(`${name} out of range is a RangeError, and nothing is sent`, async () => {
      await assert.rejects(call(control), { name: "RangeError", message: /^Cannot / });
      port.assertDone();
    });
  }

  const INJECTED: Record<string, (c: ControlConnection) => Promise<unknown>> = {
    "a relay": (c) => c.extendCircuit(0, { path: ["a,b"] }),
    "a key": (c) => c.getInfo("version\r\nSIGNAL HALT"),
    "an option": (c) => c.setConf({ "A B": 1 }),
    "an address": (c) => c.redirectStream(1, "a 80"),
    "a mapping": (c) => c.mapAddress({ a: "b c=d" }),
    "a client's name": (c) => c.onionClientAuthAdd(ADDRESS, "k", { clientName: "a Flags=b" }),
    "an onion's target": (c) => c.addOnion({ ports: [{ virtual: 80, target: "unix:/a b" }] }),
    "an onion's key": (c) => c.addOnion({ privateKey: "NEW:BEST Flags=Detach", ports: [80] }),
    "SETEVENTS": (c) => c.request("setevents", { args: ["CIRC"] }),
    "an empty SETCIRCUITPURPOSE, which would crash Tor": (c) => c.request("SETCIRCUITPURPOSE"),
    "a MetricsPortPolicy that is none, which ends Tor": (c) =>
      c.setConf({ MetricsPortPolicy: "a" }),
    "the same in a torrc": (c) => c.loadConf("SafeSocks 1\n  metricsPortPolicy a\n"),
    "an HSPOST without HSADDRESS, which Tor never answers": (c) =>
      c.request("HSPOST", { data: "x", args: ["SERVER=a"] }),
    "a long client name, which Tor answers twice": (c) =>
      c.request("ONION_CLIENT_AUTH_ADD", { args: [ADDRESS, "ClientName=a23456789b1234567"] }),
    "a keyword": (c) => c.request("GETINFO version"),
  };
  for (const [name, call] of Object.entries(INJECTED)) {
    it(`${name} that could do more is a TypeError, and nothing is sent`, async () => {
      await assert.rejects(call(control), { name: "TypeError", message: /^Cannot / });
      port.assertDone();
    });
  }

  it("secrets are in no error", async () => {
    const calls: [string, Promise<unknown>][] = [
      ["515 no", control.authenticate("hunter2")],
      ["513 no", control.addOnion({ privateKey: "ED25519-V3:hunter2", ports: [80] })],
      ["553 no", control.onionClientAuthAdd(ADDRESS, "hunter2")],
      ["553 no", control.setConf({ HTTPSProxyAuthenticator: "u:hunter2", Bridge: "hunter2" })],
    ];
    for (const [reply, call] of calls) {
      port.expect(/hunter2|68756E74657232/).replyWith(({ args }) => `${reply} "${args}"`);
      await assert.rejects(call, (error: Error) => {
        assert.doesNotMatch(
          `${error.message} ${error.stack} ${JSON.stringify(error)}`,
          /hunter2|68756E/,
        );
        return true;
      });
    }
  });
});
