import { type Command, Option } from "commander";
import type { Router } from "../../state/router.ts";
import { abortable } from "../../util/abort.ts";
import type { Cli } from "../cli.ts";
import { formatTable } from "../format.ts";
import { gather, parseCount, parsePort } from "../numbers.ts";
import { countryOf } from "../relay_facts.ts";

/** What `torcon relays` is asked for. */
interface RelaysFlags {
  flag?: string[];
  country?: string[];
  port?: number;
  name?: string;
  sort: SortKey;
  reverse?: boolean;
  limit?: number;
}

/** One relay in `torcon relays --json`. */
interface Relay {
  readonly fingerprint: string;
  readonly nickname: string | undefined;
  readonly country: string | undefined;
  readonly address: string | undefined;
  readonly orPort: number | undefined;
  /** The weight that the consensus gives it. */
  readonly bandwidth: number | undefined;
  readonly version: string | undefined;
  readonly flags: readonly string[];
}

const SORT_KEYS = ["bandwidth", "name", "country", "address", "version"] as const;
type SortKey = (typeof SORT_KEYS)[number];

/** Adds `torcon relays`. */
export function addRelays(program: Command, cli: Cli): void {
  program.command("relays")
    .description("List the relays of the consensus, all or some.")
    .option("--flag <flag>", "only those with a flag, such as Exit; may be repeated", gather)
    .option("--country <code>", "only those in a country, such as DE; may be repeated", gather)
    .option("--port <port>", "only exits that connect to a port", parsePort)
    .option("--name <text>", "only those whose nickname has a text, or whose fingerprint begins so")
    .addOption(
      new Option("--sort <key>", "what to sort by").choices(SORT_KEYS).default("bandwidth"),
    )
    .option("--reverse", "sort the other way")
    .option("--limit <count>", "only the first of them", parseCount)
    .addHelpText(
      "after",
      `
Examples:
  $ torcon relays --limit 10
  $ torcon relays --flag Exit --country DE --country NL --port 443
  $ torcon relays --json --name moria1 | jq -r '.[].fingerprint'`,
    )
    .action(async (flags: RelaysFlags) => {
      await cli.withTor(async (tor) => {
        const { signal } = cli;
        const state = await tor.getState({ signal });
        // Without their policies only a summary of some relays is known.
        if (flags.port !== undefined) await state.readMicrodescriptors({ signal });
        const relays = await abortable(chooseRelays(state.allRouters, flags), signal);
        await cli.show(relays, () => relayLines(relays, cli));
      });
    });
}

async function chooseRelays(
  routers: readonly Router[],
  flags: RelaysFlags,
): Promise<Relay[]> {
  const { country, sort, limit } = flags;
  const wanted = routers.filter((router) => matches(router, flags));
  // Each country is a question to Tor: only those that count are asked for.
  if (country === undefined && sort !== "country") {
    const chosen = sorted(wanted.map((router) => factsOf(router)), flags).slice(0, limit);
    const byId = new Map(wanted.map((router) => [router.idHex, router]));
    return await Promise.all(chosen.map(async (relay) => ({
      ...relay,
      country: await countryOf(byId.get(relay.fingerprint)!),
    })));
  }
  const codes = country?.map((code) => code.toUpperCase());
  const relays = await Promise.all(
    wanted.map(async (router) => factsOf(router, await countryOf(router))),
  );
  return sorted(
    relays.filter((relay) => codes === undefined || codes.includes(relay.country ?? "")),
    flags,
  ).slice(0, limit);
}

function matches(router: Router, { flag = [], port, name }: RelaysFlags): boolean {
  const flags = [...router.flags].map((one) => one.toLowerCase());
  if (!flag.every((one) => flags.includes(one.toLowerCase()))) return false;
  if (port !== undefined && !(flags.includes("exit") && router.policy?.acceptsPort(port))) {
    return false;
  }
  if (name === undefined) return true;
  const text = name.toLowerCase().replace(/^\$/, "");
  return (router.nickname ?? "").toLowerCase().includes(text) ||
    router.idHex.toLowerCase().startsWith(text);
}

function factsOf(router: Router, country?: string): Relay {
  return {
    fingerprint: router.idHex,
    nickname: router.nickname,
    country,
    address: router.ip,
    orPort: router.orPort,
    bandwidth: router.bandwidth,
    version: router.version,
    flags: [...router.flags],
  };
}

function sorted(relays: readonly Relay[], { sort, reverse }: RelaysFlags): Relay[] {
  const byText = (key: (relay: Relay) => string | undefined) => (a: Relay, b: Relay) =>
    (key(a) ?? "\uffff").localeCompare(key(b) ?? "\uffff", "en", { numeric: true });
  const compare: Record<SortKey, (a: Relay, b: Relay) => number> = {
    bandwidth: (a, b) => (b.bandwidth ?? 0) - (a.bandwidth ?? 0),
    name: byText(({ nickname }) => nickname),
    country: byText(({ country }) => country),
    address: byText(({ address }) => address),
    version: byText(({ version }) => version),
  };
  const list = relays.toSorted((a, b) =>
    compare[sort](a, b) || (a.fingerprint < b.fingerprint ? -1 : 1)
  );
  return reverse ? list.reverse() : list;
}

function relayLines(relays: readonly Relay[], { style }: Cli): string[] {
  const [head = "", ...lines] = formatTable([
    ["NICKNAME", "FINGERPRINT", "COUNTRY", "BANDWIDTH", "ADDRESS", "FLAGS"],
    ...relays.map(({ nickname, fingerprint, country, bandwidth, address, orPort, flags }) => [
      nickname,
      fingerprint,
      country,
      bandwidth,
      address === undefined ? undefined : `${address}:${orPort}`,
      flags.join(","),
    ]),
  ]);
  return [style.strong(head), ...lines];
}
