import type { BootstrapPhase } from "../launch/bootstrap.ts";
import type { TorrcValue } from "../launch/torrc.ts";
import type { Runtime } from "../runtime/types.ts";
import { delay } from "../util/abort.ts";
import { formatAddress } from "../util/address.ts";
import { type KeyOptions, makeAuthorityKeys, makeRelayKeys } from "./authority_keys.ts";
import { dnsService } from "./network_dns.ts";
import { networkSize, planRelays } from "./network_plan.ts";
import type { NetworkClient, NetworkRelay } from "./network_nodes.ts";
import { clientOptions, dirAuthorityLine, type RelayPlan, relayTorrc } from "./network_torrc.ts";
import { OwnedTor } from "./owned_tor.ts";
import { makeTestDirectory } from "./owner_service.ts";
import type { NetworkProgress, PrivateNetworkOptions } from "./private_network_options.ts";
import { Scope } from "./scope.ts";
import { StartedClient } from "./started_client.ts";
import { StubDnsServer } from "./stub_dns_server.ts";
import { formatTorrc } from "./torrc.ts";
import { planVoting } from "./voting_schedule.ts";

/** What a private network is, so that another program can use it too. It survives JSON. */
export interface PrivateNetworkDescription {
  /** The temporary directory of the authorities and exits. */
  readonly directory: string;
  /** Where the program that started the network can be asked. */
  readonly owner: string;
  /** The address of the exits' DNS server. */
  readonly dns: string;
  /** The program that was asked for; default `tor`, looked for on PATH and in the usual places. */
  readonly torBinary?: string | undefined;
  /** The directory authorities. */
  readonly authorities: readonly NetworkRelay[];
  /** The exits. */
  readonly relays: readonly NetworkRelay[];
  /** The clients. */
  readonly clients: readonly NetworkClient[];
  /** What a further tor is told to be a client of the network. */
  readonly clientOptions: Readonly<Record<string, TorrcValue>>;
}

/** What {@linkcode startNetwork} needs besides the options. */
export interface StartNetworkContext {
  /** The adapter to the platform. */
  readonly runtime: Runtime;
  /** Owns all that is started. */
  readonly scope: Scope;
  /** Gives up. */
  readonly signal: AbortSignal;
  /** Is told how far the network is. */
  readonly report: (progress: Omit<NetworkProgress, "elapsed">) => void;
}

interface Relay {
  readonly plan: RelayPlan;
  readonly fingerprint: string;
  readonly tor: OwnedTor;
}

/** Starts a network; what is started when it fails belongs to the scope. */
export async function startNetwork(
  options: PrivateNetworkOptions,
  context: StartNetworkContext,
): Promise<PrivateNetworkDescription> {
  const { runtime, scope, report } = context;
  // What is under way when a part of it fails is given up.
  const signal = AbortSignal.any([context.signal, scope.signal]);
  const { torBinary, torGencertBinary = "tor-gencert", exclusivePorts } = options;
  const size = networkSize(options);
  const dns = await scope.own(StubDnsServer.start(runtime, { records: options.dns ?? {} }));
  const directory = await scope.own(makeTestDirectory(runtime, dnsService(dns)));
  const ports = await scope.own(Promise.resolve(new Scope()));
  const plans = await planRelays(runtime, { size, exclusivePorts, ports });

  report({ phase: "keys" });
  const identities = await Promise.all(plans.map((plan) => {
    const keys = { torBinary, torGencertBinary, signal: fork(signal) };
    return scope.hold(makeKeys(runtime, { plan, parent: directory.path, keys }));
  }));
  const dirAuthorities = plans.flatMap((plan, i) => {
    const { v3Identity, fingerprint } = identities[i]!;
    return v3Identity === undefined ? [] : [dirAuthorityLine(plan, { v3Identity, fingerprint })];
  });
  const voting = planVoting(Date.now());
  const files = await writeFiles(runtime, directory.path, formatAddress(dns.address));
  await delay(Math.max(0, voting.startAt - Date.now()), signal);

  report({ phase: "relays" });
  await ports.end();
  const relayContext = {
    ...files,
    dirAuthorities,
    exclusivePorts: plans.flatMap(({ exclusivePort }) => exclusivePort ?? []),
    votingOffset: voting.offset,
  };
  const relays = await Promise.all(plans.map(async (plan, i): Promise<Relay> => {
    const torrc = formatTorrc(relayTorrc(plan, relayContext), options.relayTorrc ?? "");
    const { nickname } = plan;
    const parent = directory.path;
    const tor = await scope.own(
      OwnedTor.start(runtime, { nickname, parent, torrc, torBinary, signal: fork(signal) }),
    );
    return { plan, fingerprint: identities[i]!.fingerprint, tor };
  }));

  report({ phase: "consensus" });
  await whenVoted(relays, signal);

  report({ phase: "bootstrap" });
  const follow = (nickname: string) => ({ percent, summary }: BootstrapPhase) =>
    report({ phase: "bootstrap", nickname, percent, summary });
  const common = clientOptions(dirAuthorities);
  const [clients] = await Promise.all([
    Promise.all(Array.from({ length: size.clients }, (_, i) => {
      const nickname = `client${i + 1}`;
      const torrc = [common, options.clientTorrc ?? ""];
      const start = { torBinary, onProgress: follow(nickname), signal: fork(signal) };
      return scope.own(StartedClient.start(runtime, { nickname, torrc, ...start }));
    })),
    ...relays.map(({ tor }) => {
      const onProgress = follow(tor.node.nickname);
      return tor.whenBootstrapped({ isConsensusThere: true, onProgress, signal: fork(signal) });
    }),
  ]);
  report({ phase: "ready" });
  const described = relays.map(describeRelay);
  return {
    directory: directory.path,
    owner: formatAddress(directory.ownerAddress!),
    dns: formatAddress(dns.address),
    torBinary,
    authorities: described.slice(0, size.authorities),
    relays: described.slice(size.authorities),
    clients: clients.map((client) => client.toJSON()),
    clientOptions: common,
  };
}

interface RelayIdentity {
  readonly fingerprint: string;
  readonly v3Identity: string | undefined;
}

/** Makes the keys of a relay: with them there already, it uploads its descriptor at once. */
async function makeKeys(
  runtime: Runtime,
  { plan, parent, keys }: { plan: RelayPlan; parent: string; keys: KeyOptions },
): Promise<RelayIdentity> {
  const { nickname, address, dirPort } = plan;
  const directory = `${parent}/${nickname}`;
  await runtime.makeDirectory(`${directory}/keys`, { recursive: true });
  const making = [makeRelayKeys(runtime, directory, keys)];
  if (dirPort !== undefined) {
    making.push(makeAuthorityKeys(runtime, {
      directory: `${directory}/keys`,
      address: `${address}:${dirPort}`,
      options: keys,
    }));
  }
  await Promise.allSettled(making);
  const [fingerprint, v3Identity] = await Promise.all(making);
  return { fingerprint: fingerprint!, v3Identity };
}

/** A signal that aborts with another: Node warns of more than ten listeners on one. */
function fork(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal]);
}

async function writeFiles(
  runtime: Runtime,
  directory: string,
  nameserver: string,
): Promise<{ emptyFile: string; resolvConf: string }> {
  const emptyFile = `${directory}/empty`;
  const resolvConf = `${directory}/resolv.conf`;
  await runtime.writeFile(emptyFile, new Uint8Array());
  // Tor's resolver takes a port here, so that the server needs not be root's port 53.
  await runtime.writeFile(resolvConf, new TextEncoder().encode(`nameserver ${nameserver}\n`));
  return { emptyFile, resolvConf };
}

/** Resolves when every authority has a consensus that lists all relays. */
async function whenVoted(relays: readonly Relay[], signal: AbortSignal): Promise<void> {
  const nicknames = relays.map(({ plan }) => plan.nickname);
  const authorities = relays.filter(({ plan }) => plan.dirPort !== undefined);
  const voted = Promise.all(authorities.map(({ tor }) => {
    return tor.process.guard((signal) => whenListed(tor, nicknames, signal), {
      before: "its consensus listed all relays",
      signal: fork(signal),
    });
  }));
  await Promise.all(relays.map(({ tor }) => {
    const before = "the authorities had voted";
    return tor.process.guard(() => voted, { before, signal: fork(signal) });
  }));
}

async function whenListed(
  { control }: OwnedTor,
  nicknames: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const isListed = async () => {
    const consensus = await control.getInfo("ns/all", { signal });
    const listed = new Set([...consensus.matchAll(/^r (\S+) /gm)].map((match) => match[1]));
    return nicknames.every((nickname) => listed.has(nickname));
  };
  const events = control.events("NEWCONSENSUS", { signal });
  while (!await isListed()) await events.next();
  await events.return?.();
}

function describeRelay({ plan, fingerprint, tor }: Relay): NetworkRelay {
  const { address, orPort, dirPort, exclusivePort } = plan;
  return { ...tor.node, fingerprint, address, orPort, dirPort, exclusivePort };
}
