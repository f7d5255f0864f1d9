import { encodeText } from "../codec/text.ts";
import { parseMicrodescriptor } from "../codec/microdescriptor.ts";
import type { AbortOptions } from "../runtime/types.ts";
import { encodeBase64 } from "../util/base64.ts";
import { timeSlices } from "../util/time_slices.ts";
import type { Router } from "./router.ts";
import { setRouterFacts } from "./router_attributes.ts";
import type { LineSource } from "./router_context.ts";

/** How many digests are made at a time. */
const BATCH = 64;

/**
 * Reads every microdescriptor that Tor has (`GETINFO md/all`), and gives each to its relays, so that
 * their policies and families are known. Which relays these are, only the digest tells: the
 * status of a relay has the first 20 bytes of it, where Tor uses microdescriptors.
 *
 * @returns How many of the relays are known now.
 */
export async function readMicrodescriptors(
  control: LineSource,
  routers: Iterable<Router>,
  { signal }: AbortOptions = {},
): Promise<number> {
  const pause = timeSlices();
  const byDigest = new Map<string, Router>();
  for (const router of routers) {
    const { orHash } = router;
    if (orHash !== undefined) byDigest.set(orHash, router);
    await pause();
  }
  let known = 0;
  const take = async (texts: readonly string[]) => {
    const digests = await Promise.all(texts.map(digestOf));
    for (const [i, text] of texts.entries()) {
      const orHash = digests[i]!;
      const router = byDigest.get(orHash);
      if (router === undefined) continue;
      const { policy, ipv6Policy, family } = parseMicrodescriptor(text);
      setRouterFacts(router, { orHash, policy, ipv6Policy, family });
      known++;
    }
    await pause();
  };
  let batch: string[] = [];
  let lines: string[] = [];
  for await (const line of control.getInfoLines("md/all", { signal })) {
    // Each begins so; the last ends with the value.
    if (line === "onion-key" && lines.length > 0) {
      batch.push(joined(lines));
      lines = [];
      if (batch.length === BATCH) {
        await take(batch);
        batch = [];
      }
    }
    lines.push(line);
  }
  if (lines.length > 0) batch.push(joined(lines));
  await take(batch);
  return known;
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

/** The first 20 bytes of the SHA-256 digest of a microdescriptor, in base64 without padding. */
async function digestOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", encodeText(text));
  return encodeBase64(new Uint8Array(digest, 0, 20)).slice(0, 27);
}
