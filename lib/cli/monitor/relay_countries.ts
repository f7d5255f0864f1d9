import { DisconnectedError } from "../../errors/mod.ts";
import type { Router } from "../../state/router.ts";
import { countryOf } from "../relay_facts.ts";

/** What is known of a relay's country, at the address that it had. */
interface KnownCountry {
  readonly ip: string;
  country: string | undefined;
}

/** The countries of relays, each looked up once and in the background. */
export class RelayCountries {
  readonly #known = new WeakMap<Router, KnownCountry>();
  readonly #onFound: () => void;
  readonly #onError: (error: unknown) => void;

  /** Calls `onFound` whenever a country was looked up. */
  constructor(options: { onFound: () => void; onError: (error: unknown) => void }) {
    this.#onFound = options.onFound;
    this.#onError = options.onError;
  }

  /** The country as far as it is known now; where it is not, it is looked up. */
  get(router: Router): string | undefined {
    const { ip } = router;
    if (ip === undefined) return undefined;
    const known = this.#known.get(router);
    if (known?.ip === ip) return known.country;
    this.#lookUp(router, ip).catch((error) => {
      // Whoever follows the connection hears of its end.
      if (!(error instanceof DisconnectedError)) this.#onError(error);
    });
    return undefined;
  }

  async #lookUp(router: Router, ip: string): Promise<void> {
    const entry: KnownCountry = { ip, country: undefined };
    this.#known.set(router, entry);
    entry.country = await countryOf(router);
    if (entry.country !== undefined) this.#onFound();
  }
}
