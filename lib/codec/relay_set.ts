import { parseServerSpec } from "./events/long_name.ts";
import { ExitPolicy } from "./exit_policy.ts";

/** What a {@linkcode RelaySet} goes by. A `Router` has it. */
export interface RelayIdentity {
  /** The fingerprint. */
  readonly idHex: string;
  /** The nickname, where it is known. */
  readonly nickname: string | undefined;
  /** The IPv4 address, where it is known. */
  readonly ip: string | undefined;
  /** The port of that address. */
  readonly orPort: number | undefined;
  /** The IPv6 addresses and their ports. */
  readonly ipv6Addresses: readonly { readonly address: string; readonly port: number }[];
}

/** What Tor calls a country that it does not know. */
const UNKNOWN_COUNTRY = "??";

/**
 * A set of relays as options of Tor's have it, such as `ExcludeNodes` (tor's manual): fingerprints,
 * nicknames, `{cc}` for countries, and patterns of addresses.
 */
export class RelaySet {
  readonly #names = new Set<string>();
  readonly #countries = new Set<string>();
  readonly #addresses: ExitPolicy;

  private constructor(items: readonly string[], addresses: ExitPolicy) {
    this.#addresses = addresses;
    for (const item of items) {
      const country = countryOf(item);
      if (country !== undefined) this.#countries.add(country);
      const spec = parseServerSpec(item);
      if (spec !== undefined) this.#names.add(spec.fingerprint ?? spec.nickname!.toLowerCase());
    }
  }

  /**
   * Reads the value of an option.
   *
   * @returns The set, or `undefined` where an item is of no kind that is known.
   */
  static parse(text: string): RelaySet | undefined {
    const items = text.split(",").map((item) => item.trim()).filter((item) => item !== "");
    const patterns = items.filter((item) =>
      parseServerSpec(item) === undefined && countryOf(item) === undefined
    );
    const addresses = ExitPolicy.parse(patterns.map(ruleOf));
    return addresses && new RelaySet(items, addresses);
  }

  /** Whether the countries of relays count. */
  get hasCountries(): boolean {
    return this.#countries.size > 0;
  }

  /**
   * Whether a relay is in the set.
   *
   * @param relay The relay.
   * @param country Its country by two capital letters; `undefined` where it is in none that is known.
   * @returns Whether it is; `undefined` where that takes its address, which is not known.
   */
  has(relay: RelayIdentity, country: string | undefined): boolean | undefined {
    const { idHex, nickname, ip, orPort, ipv6Addresses } = relay;
    if (this.#names.has(idHex) || this.#names.has(nickname?.toLowerCase() ?? "")) return true;
    const goesByAddress = this.hasCountries || this.#addresses.rules.length > 0;
    if (ip === undefined || orPort === undefined) return goesByAddress ? undefined : false;
    if (this.#countries.has(country ?? UNKNOWN_COUNTRY)) return true;
    return [{ address: ip, port: orPort }, ...ipv6Addresses]
      .some(({ address, port }) => !this.#addresses.accepts(address, port));
  }
}

/** The country of an item such as `{de}`. */
function countryOf(item: string): string | undefined {
  return /^\{(\w\w|\?\?)\}$/.exec(item)?.[1]?.toUpperCase();
}

/** The rule that rejects what a pattern such as `192.0.2.0/24`, `[2001:db8::]/32:9001` or `*:80` matches. */
function ruleOf(pattern: string): string {
  const hasPort = /^(?:\[.*\])?[^:]*:[^:]+$/.test(pattern);
  return hasPort ? `reject ${pattern}` : `reject ${pattern}:*`;
}
