import { AddressInUseError, TorError } from "../errors/mod.ts";
import type { Runtime } from "../runtime/types.ts";
import { checkLimit } from "../util/check_number.ts";
import type { RelayPlan } from "./network_torrc.ts";
import type { PrivateNetworkOptions } from "./private_network_options.ts";
import { ReservedPort } from "./reserved_port.ts";
import type { Scope } from "./scope.ts";

/** The counts of a network that were asked for, or their defaults. */
export interface NetworkSize {
  /** How many authorities. */
  readonly authorities: number;
  /** How many exits. */
  readonly relays: number;
  /** How many clients. */
  readonly clients: number;
}

/** The most relays: each has an address 127.N.0.1 of its own. */
const MOST_RELAYS = 250;

/**
 * Reads the counts.
 *
 * @throws {RangeError} Where a count makes no sense, or there are not as many ports as exits.
 */
export function networkSize(options: PrivateNetworkOptions): NetworkSize {
  const { authorities = 3, relays = 3, clients = 1, exclusivePorts } = options;
  for (
    const [name, count, least] of [["authorities", authorities, 1], ["relays", relays, 1], [
      "clients",
      clients,
      0,
    ]] as const
  ) {
    checkLimit(name, count, { least, infinite: false });
  }
  if (authorities + relays > MOST_RELAYS) {
    throw new RangeError(`Cannot start a network with more than ${MOST_RELAYS} relays`);
  }
  if (exclusivePorts !== undefined && new Set(exclusivePorts).size !== relays) {
    throw new RangeError(
      `Cannot give ${relays} exits the exclusive ports ${exclusivePorts.join(", ")}`,
    );
  }
  return { authorities, relays, clients };
}

/**
 * Finds the addresses and ports of a network's relays.
 *
 * @param ports Keeps the ports from others until it ends.
 */
export async function planRelays(
  runtime: Runtime,
  { size, exclusivePorts, ports }: {
    size: NetworkSize;
    exclusivePorts: readonly number[] | undefined;
    ports: Scope;
  },
): Promise<RelayPlan[]> {
  const isWide = await hasLoopbackNetwork(runtime);
  const plans: RelayPlan[] = [];
  for (let n = 1; n <= size.authorities + size.relays; n++) {
    const address = isWide ? `127.${n}.0.1` : "127.0.0.1";
    const freePort = async () => (await ports.own(ReservedPort.reserve(runtime, address))).port;
    const isAuthority = n <= size.authorities;
    const k = isAuthority ? n : n - size.authorities;
    plans.push({
      nickname: isAuthority ? `authority${k}` : `relay${k}`,
      address,
      orPort: await freePort(),
      dirPort: isAuthority ? await freePort() : undefined,
      exclusivePort: isAuthority
        ? undefined
        : exclusivePorts?.[k - 1] ?? await exclusivePort(runtime, ports),
    });
  }
  return plans;
}

/** Whether all of 127.0.0.0/8 is this machine's, as on Linux and Windows. */
async function hasLoopbackNetwork(runtime: Runtime): Promise<boolean> {
  try {
    await (await ReservedPort.reserve(runtime, `127.${MOST_RELAYS}.0.1`))[Symbol.asyncDispose]();
    return true;
  } catch {
    return false;
  }
}

/** A port that is free, and below those that systems give to whoever asks for any. */
async function exclusivePort(runtime: Runtime, ports: Scope): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = 10_000 + crypto.getRandomValues(new Uint16Array(1))[0]! % 20_000;
    try {
      return (await ports.own(ReservedPort.reserve(runtime, "127.0.0.1", port))).port;
    } catch (error) {
      if (!(error instanceof AddressInUseError)) throw error;
    }
  }
  throw new TorError("Cannot find a free port from 10000 to 29999");
}
