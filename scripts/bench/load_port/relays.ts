import { Buffer } from "node:buffer";
import { Random } from "./random.ts";

/** A relay of the load port's network. */
export interface Relay {
  /** As circuits name it: `$FINGERPRINT~nickname`. */
  readonly longName: string;
  /** Its entry in `GETINFO ns/all`: the lines of tor 0.4.9's microdescriptor consensus. */
  readonly status: string;
}

const SYLLABLES = ["tor", "re", "lay", "on", "ion", "ex", "it", "gu", "ard", "no", "de"] as const;
const FLAG_SETS = [
  "Fast Running Stable V2Dir Valid",
  "Fast Guard HSDir Running Stable V2Dir Valid",
  "Exit Fast Guard HSDir Running Stable V2Dir Valid",
  "Exit Fast Running V2Dir Valid",
  "Running V2Dir Valid",
] as const;

/** Makes `count` relays, always the same ones. */
export function buildRelays(count: number): Relay[] {
  const random = new Random(0x70c0);
  return Array.from({ length: count }, (_, index) => buildRelay(random, index));
}

function buildRelay(random: Random, index: number): Relay {
  const nickname = random.pick(SYLLABLES) + random.pick(SYLLABLES) + index;
  const identity = Buffer.from(random.bytes(20));
  const address = `${1 + random.below(222)}.${random.below(256)}.${random.below(256)}.7`;
  const port = random.pick([9001, 443, 8443, 9100] as const);
  const ipv6 = `a [2001:db8:${random.below(65536).toString(16)}::7]:${port}\r\n`;
  return {
    longName: `$${identity.toString("hex").toUpperCase()}~${nickname}`,
    status: `r ${nickname} ${base64(identity)} ${base64(random.bytes(20))} ` +
      `2038-01-01 00:00:00 ${address} ${port} 0\r\n` +
      (random.below(2) === 0 ? ipv6 : "") +
      `s ${random.pick(FLAG_SETS)}\r\n` +
      `w Bandwidth=${random.below(100_000)}\r\n`,
  };
}

/** Base64 without padding, as the `r` line has it. */
function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}
