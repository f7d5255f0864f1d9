import type { RouterFlag } from "../codec/router_status.ts";
import { checkPort } from "../codec/port_policy.ts";
import { checkedRandom, randomBelow, type RandomSource } from "./path_random.ts";
import { Router } from "./router.ts";

/**
 * Where the first relay comes from: `"entry"` is the first of Tor's own entry guards that fits, `"any"` any
 * relay that could be one, a {@linkcode Router} just that.
 *
 * Anything but `"entry"` weakens anonymity: with every first relay more, it is likelier that one of
 * them watches this client.
 */
export type GuardChoice = "entry" | "any" | Router;

/**
 * Where the relays between come from: drawn by their weights as Tor does, drawn each as likely as the others,
 * or just these, the nearest first.
 *
 * Paths that Tor would rarely choose stand out, and can be told apart from others' by who runs a relay.
 */
export type MiddleChoice = "weighted" | "uniform" | readonly Router[];

/**
 * What the last relay must be like. Each demand makes the client easier to tell from others: the exit,
 * and whoever watches it, sees the same few relays again and again.
 */
export interface ExitRequirements {
  /**
   * The ports that it must let connections out to, at most addresses, whether or not it has the flag `Exit`.
   * Without them it must have that flag, and let out something.
   */
  ports?: readonly number[] | undefined;
  /** Whether these connections go over IPv6; default `false`. */
  ipv6?: boolean | undefined;
  /** The countries, as two letters, one of which it must be in; see {@linkcode Router.getLocation}. */
  countries?: readonly string[] | undefined;
  /** The flags that it must have besides. */
  flags?: readonly RouterFlag[] | undefined;
  /** How one is drawn: as Tor does, by their weights, or each as likely as the others; default `"weighted"`. */
  selection?: "weighted" | "uniform" | undefined;
}

/** The last relay itself, or what it must be like. */
export type ExitChoice = Router | ExitRequirements;

/** What paths are like. */
export interface PathOptions {
  /**
   * How many relays are in it, from 2 to 8; default 3, or as many as are given. With fewer than 3 one relay
   * knows both the client and what it connects to; more than 3 are slower, and no safer.
   */
  length?: number | undefined;
  /** The first relay; default `"entry"`. */
  guard?: GuardChoice | undefined;
  /** The relays between; default `"weighted"`. */
  middle?: MiddleChoice | undefined;
  /** The last relay; default any exit, by weight. */
  exit?: ExitChoice | undefined;
  /**
   * Whether relays must have the flag `Stable`, as Tor asks for connections that last; default whether one of
   * the exit's ports is one of {@linkcode LONG_LIVED_PORTS}. Tor's own entry guards are not asked.
   */
  stable?: boolean | undefined;
  /**
   * Whether no two relays may be in one IPv4 /16 or IPv6 /32; default `true`. Relays of one network may be
   * one person's, or watched by one.
   */
  enforceDistinctSubnets?: boolean | undefined;
  /** The source of random numbers; default the platform's for cryptography. Another is for tests. */
  random?: RandomSource | undefined;
}

/** The ports whose connections last (tor's manual, the default of `LongLivedPorts`). */
export const LONG_LIVED_PORTS: readonly number[] = Object.freeze(
  [21, 22, 706, 1863, 5050, 5190, 5222, 5223, 6523, 6667, 6697, 8300],
);

/** The most relays that Tor can extend a circuit to (tor-spec, section 5.6: RELAY_EARLY). */
const MAX_LENGTH = 8;

/** {@linkcode PathOptions} that were checked and are complete. */
export interface PathPlan {
  readonly length: number;
  readonly guard: GuardChoice;
  readonly middle: MiddleChoice;
  readonly exit: ExitChoice;
  readonly isStable: boolean;
  readonly enforceDistinctSubnets: boolean;
  readonly random: RandomSource;
}

/**
 * Checks options, and completes them.
 *
 * @throws {TypeError} Where one is of a wrong kind.
 * @throws {RangeError} Where a number is out of range, or there are too many or too few relays.
 */
export function planPath(options: PathOptions): PathPlan {
  const { guard = "entry", middle = "weighted", exit = {}, enforceDistinctSubnets = true } =
    options;
  const given = typeof middle === "string" ? undefined : middle.length + 2;
  const { length = given ?? 3, random = randomBelow } = options;
  if (!Number.isInteger(length) || length < 2 || length > MAX_LENGTH) {
    throw new RangeError(`Cannot choose a path of ${length} relays: expected 2 to ${MAX_LENGTH}`);
  }
  if (given !== undefined && given !== length) {
    const count = length - 2;
    throw new RangeError(
      `Cannot put ${given - 2} relays in the middle of ${length}: expected ${count}`,
    );
  }
  checkChoice("guard", [guard], ["entry", "any"]);
  if (typeof middle === "string") checkChoice("middle", [middle], ["weighted", "uniform"]);
  else checkChoice("middle", middle, []);
  const ports = exit instanceof Router ? [] : checkExit(exit);
  const { stable = ports.some((port) => LONG_LIVED_PORTS.includes(port)) } = options;
  return {
    length,
    guard,
    middle: typeof middle === "string" ? middle : [...middle],
    exit: exit instanceof Router ? exit : { ...exit },
    isStable: stable,
    enforceDistinctSubnets,
    random: checkedRandom(random),
  };
}

function checkChoice(place: string, choices: readonly unknown[], words: readonly string[]): void {
  for (const choice of choices) {
    if (choice instanceof Router || words.includes(choice as string)) continue;
    const expected = [...words, "a Router"].join(", ");
    throw new TypeError(`Cannot take ${choice} for the ${place}: expected ${expected}`);
  }
}

/** Checks what is asked of the exit, and gives its ports. */
function checkExit(exit: ExitRequirements): readonly number[] {
  if (typeof exit !== "object" || exit === null) {
    throw new TypeError(
      `Cannot take ${exit} for the exit: expected a Router, or what it must be like`,
    );
  }
  const { ports = [], countries = [], selection = "weighted" } = exit;
  for (const port of ports) checkPort(port);
  for (const country of countries) {
    if (/^[a-z]{2}$/i.test(country)) continue;
    throw new TypeError(`Cannot choose an exit in ${country}: expected two letters, such as DE`);
  }
  if (selection !== "weighted" && selection !== "uniform") {
    throw new TypeError(`Cannot choose an exit by ${selection}: expected weighted or uniform`);
  }
  return ports;
}
