import type { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { encodeBase64 } from "../../lib/util/base64.ts";
import { decodeHex } from "../../lib/util/hex.ts";
import { scriptedTor } from "../state/_scripted_state.ts";

/** Relays that there are not: nickname, country, flags. */
const RELAYS: readonly (readonly [nickname: string, country: string])[] = [
  ["quietharbor", "de"],
  ["northwindow", "nl"],
  ["paperlantern", "ch"],
  ["openmeadow", "fr"],
  ["slowriver", "se"],
  ["redumbrella", "us"],
  ["seventhstair", "at"],
  ["hilltopfarm", "ca"],
  ["glassorchard", "fi"],
  ["lastferry", "no"],
  ["blueteapot", "ro"],
  ["oldlighthouse", "is"],
  ["windycorner", "lu"],
  ["fourbridges", "cz"],
];

const ONION = "p53lf57qovyuvwsc6xnrppyply3vtqm7l6pcobkmyqsiofyeznfu5uqd.onion";

/** The circuits, each with its relays by their numbers. */
const CIRCUITS: readonly (readonly [number, state: string, path: number[], rest: string])[] = [
  [12, "BUILT", [0, 4, 3], "PURPOSE=CONFLUX_LINKED CONFLUX_ID=B26645769411BE411019AE98663BD0BD"],
  [13, "BUILT", [1, 8, 3], "PURPOSE=CONFLUX_LINKED CONFLUX_ID=B26645769411BE411019AE98663BD0BD"],
  [15, "BUILT", [0, 9, 5], "PURPOSE=GENERAL"],
  [16, "BUILT", [0, 6, 10], "PURPOSE=GENERAL"],
  [19, "BUILT", [1, 11, 12, 7], "PURPOSE=HS_CLIENT_REND HS_STATE=HSCR_JOINED"],
  [21, "BUILT", [0, 11, 13, 2], "PURPOSE=HS_SERVICE_INTRO HS_STATE=HSSI_ESTABLISHED"],
  [22, "BUILT", [1, 2, 4], "PURPOSE=HS_VANGUARDS"],
  [24, "EXTENDED", [0, 12], "PURPOSE=GENERAL"],
];

const STREAMS: readonly string[] = [
  "31 SUCCEEDED 12 www.example.com:443 PURPOSE=USER CLIENT_PROTOCOL=SOCKS5",
  "32 SUCCEEDED 12 static.example.com:443 PURPOSE=USER CLIENT_PROTOCOL=SOCKS5",
  "34 SUCCEEDED 15 mail.example.org:993 PURPOSE=USER CLIENT_PROTOCOL=SOCKS5",
  `35 SUCCEEDED 19 ${ONION}:80 PURPOSE=USER CLIENT_PROTOCOL=SOCKS5`,
];

/** A Tor that is not there: a control port that tells of circuits as a Tor at work does. */
export async function startMadeUpTor(): Promise<ScriptedControlPort> {
  const port = await scriptedTor({
    "circuit-status": CIRCUITS.map(([id, state, path, rest]) => {
      const created = new Date(Date.now() - (30 - id) * 61_000).toISOString().slice(0, -1);
      return `${id} ${state} ${path.map(longName).join(",")} ${rest} TIME_CREATED=${created}`;
    }),
    "stream-status": STREAMS,
    "ns/all": RELAYS.flatMap(([nickname], i) => [
      `r ${nickname} ${identity(i)} 2038-01-01 00:00:00 ${ip(i)} 443 0`,
      "s Fast Guard Running Stable V2Dir Valid",
      "w Bandwidth=9000",
    ]),
    ...Object.fromEntries(
      RELAYS.map(([, country], i) => [`ip-to-country/${ip(i)}`, [country]]),
    ),
    "process/pid": ["4711"],
    "uptime": ["15270"],
    "status/bootstrap-phase": ['NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY="Done"'],
    "network-liveness": ["up"],
    "traffic/read": ["486539264"],
    "traffic/written": ["31457280"],
    "bw-event-cache": [Array.from({ length: 300 }, (_, i) => bandwidth(i)).join(" ")],
  });
  port.always(/^CLOSECIRCUIT/).reply("250 OK");
  return port;
}

function fingerprint(relay: number): string {
  return Array.from(
    { length: 20 },
    (_, i) => ((relay + 3) * (i + 7) * 73 % 256).toString(16).padStart(2, "0"),
  ).join("").toUpperCase();
}

function longName(relay: number): string {
  return `$${fingerprint(relay)}~${RELAYS[relay]![0]}`;
}

function identity(relay: number): string {
  return encodeBase64(decodeHex(fingerprint(relay))).replace(/=+$/, "");
}

function ip(relay: number): string {
  return `192.0.2.${relay + 1}`;
}

/** Someone reads pages now and then. */
function bandwidth(second: number): string {
  const burst = Math.max(0, Math.sin(second / 11)) ** 3 + Math.max(0, Math.sin(second / 29)) ** 8;
  const noise = (second * 7919 % 97) / 97;
  const read = Math.round(burst * 900_000 + noise * 60_000);
  return `${read},${Math.round(read / 9 + noise * 30_000)}`;
}
