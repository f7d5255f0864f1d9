import { RelaySet } from "../codec/relay_set.ts";
import type { ConfLine } from "../control/commands/configuration_commands.ts";
import { type PathPosition, TorError } from "../errors/mod.ts";
import { inBatches } from "../util/in_batches.ts";
import type { PathConstraint } from "./path_constraints.ts";
import { askTorForCountry, type Router } from "./router.ts";

/** The options by which a Tor's user says which relays may be where (tor's manual). */
export const RELAY_OPTIONS = [
  "ExcludeNodes",
  "ExcludeExitNodes",
  "EntryNodes",
  "MiddleNodes",
  "ExitNodes",
  "NodeFamily",
] as const;

/** One of {@linkcode RELAY_OPTIONS}. */
export type RelayOption = typeof RELAY_OPTIONS[number];

const EXCLUDED: Readonly<Record<PathPosition, readonly RelayOption[]>> = {
  guard: ["ExcludeNodes"],
  middle: ["ExcludeNodes"],
  exit: ["ExcludeNodes", "ExcludeExitNodes"],
};

const CHOSEN: Readonly<Record<PathPosition, RelayOption>> = {
  guard: "EntryNodes",
  middle: "MiddleNodes",
  exit: "ExitNodes",
};

/**
 * Which relays a Tor's user lets be in a path, and where, by options such as `ExcludeNodes`. Tor holds to
 * them where it chooses paths by itself, and not where it is told one. Of a relay whose address is not
 * known the worst is assumed.
 */
export class RelayRules {
  readonly #text: string;
  readonly #sets = new Map<string, RelaySet[]>();
  readonly #needsCountries: boolean;
  readonly #countries = new WeakMap<Router, { ip: string; country: string | undefined }>();

  /**
   * Reads the answer to `GETCONF` of {@linkcode RELAY_OPTIONS}.
   *
   * @throws {TorError} Where one cannot be understood: it could not be held to.
   */
  constructor(lines: readonly ConfLine[]) {
    this.#text = textOf(lines);
    for (const { key, value = "" } of lines) {
      if (value === "") continue;
      const set = RelaySet.parse(value);
      if (set === undefined) {
        throw new TorError(`Cannot choose relays: cannot understand ${key} ${value}`);
      }
      this.#sets.set(key, [...this.#setsOf(key), set]);
    }
    this.#needsCountries = [...this.#sets.values()].flat().some(({ hasCountries }) => hasCountries);
  }

  /** Whether these lines say the same as those that the rules were read from. */
  isOf(lines: readonly ConfLine[]): boolean {
    return this.#text === textOf(lines);
  }

  /** Whether the rules forbid nothing. */
  get areEmpty(): boolean {
    return this.#sets.size === 0;
  }

  /** Learns of relays what the rules go by: their countries as Tor has them, where any are named. */
  async learn(routers: readonly Router[]): Promise<void> {
    if (!this.#needsCountries) return;
    await inBatches(routers, async (router) => {
      const { ip } = router;
      if (ip === undefined || this.#countries.get(router)?.ip === ip) return;
      this.#countries.set(router, { ip, country: await askTorForCountry(router, ip) });
    });
  }

  /** What relays must be like in a place; {@linkcode learn} must have been told of them. */
  constraints(position: PathPosition): PathConstraint[] {
    const chosen = CHOSEN[position];
    return [
      ...EXCLUDED[position].filter((option) => this.#sets.has(option)).map((option) => ({
        name: `is outside of ${option}`,
        fits: (router: Router) => this.#has(option, router).every((is) => is === false),
      })),
      ...this.#sets.has(chosen)
        ? [{
          name: `is one of ${chosen}`,
          fits: (router: Router) => this.#has(chosen, router).includes(true),
        }]
        : [],
    ];
  }

  /** Whether two relays are of one `NodeFamily`; {@linkcode learn} must have been told of them. */
  areFamily(a: Router, b: Router): boolean {
    const [ofA, ofB] = [a, b].map((router) => this.#has("NodeFamily", router));
    return ofA!.some((is, i) => is !== false && ofB![i] !== false);
  }

  #has(option: RelayOption, router: Router): (boolean | undefined)[] {
    const country = this.#countries.get(router)?.country;
    return this.#setsOf(option).map((set) => set.has(router, country));
  }

  #setsOf(option: string): readonly RelaySet[] {
    return this.#sets.get(option) ?? [];
  }
}

function textOf(lines: readonly ConfLine[]): string {
  return lines.map(({ key, value = "" }) => `${key} ${value}`).join("\n");
}
