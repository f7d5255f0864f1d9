import { ControlReplyError } from "../errors/mod.ts";
import type { Router } from "../state/router.ts";

/** What is told of a relay wherever one stands in a path. */
export interface RelayFacts {
  /** 40 hexadecimal digits. */
  readonly fingerprint: string;
  /** Its nickname, where that is known. */
  readonly nickname: string | undefined;
  /** Its country in two capital letters, where Tor knows it. */
  readonly country: string | undefined;
}

/** Reads what is told of a relay in a path. */
export async function relayFacts(router: Router): Promise<RelayFacts> {
  return {
    fingerprint: router.idHex,
    nickname: router.nickname,
    country: await countryOf(router),
  };
}

/**
 * The relay's country; `undefined` where Tor does not know it, or has no such data.
 *
 * Thousands may be asked for at once: whoever waits for all of them gives up by one signal.
 */
export async function countryOf(router: Router): Promise<string | undefined> {
  try {
    return (await router.getLocation()).countryCode;
  } catch (error) {
    if (error instanceof ControlReplyError) return undefined;
    throw error;
  }
}

/** A path for people: `guard (DE) > middle > exit (US)`. */
export function formatPath(path: readonly RelayFacts[]): string {
  return path.map(({ nickname, fingerprint, country }) => {
    const name = nickname ?? `$${fingerprint}`;
    return country === undefined ? name : `${name} (${country})`;
  }).join(" > ");
}
