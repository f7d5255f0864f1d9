import type { BootstrapPhase } from "../launch/bootstrap.ts";
import type { Torrc } from "../launch/torrc.ts";
import type { AbortOptions, Runtime } from "../runtime/types.ts";
import type { ErrorHandler } from "../util/report_error.ts";
import type { DnsRecords } from "./dns_table.ts";

/** How far a network is. */
export interface NetworkProgress {
  /**
   * What is done: keys are made, the relays start, they vote on a consensus, every tor finds its way
   * into the network, and all are ready.
   */
  readonly phase: "keys" | "relays" | "consensus" | "bootstrap" | "ready";
  /** The milliseconds since the start. */
  readonly elapsed: number;
  /** Which tor it is about; `undefined` where it is about all. */
  readonly nickname?: string | undefined;
  /** How far that tor is, 0 to 100. */
  readonly percent?: number | undefined;
  /** What that tor does next. */
  readonly summary?: string | undefined;
}

/** How a private network is started. */
export interface PrivateNetworkOptions extends AbortOptions {
  /** How many directory authorities there are; default 3. They are relays, though no exits. */
  authorities?: number | undefined;
  /**
   * How many exit relays there are; default 3. With fewer than five relays, authorities included,
   * onion services fail now and then.
   */
  relays?: number | undefined;
  /** How many clients there are; default 1. */
  clients?: number | undefined;
  /** Further lines of each client's torrc. */
  clientTorrc?: Torrc | undefined;
  /** Further lines of each authority's and each exit's torrc. */
  relayTorrc?: Torrc | undefined;
  /**
   * For each exit, in order, a port that its policy alone accepts, so that a server that listens on
   * it tells by which exit a stream has left; default free ones.
   */
  exclusivePorts?: readonly number[] | undefined;
  /** What the exits' DNS server knows; default nothing. */
  dns?: DnsRecords | undefined;
  /** The program; default `tor`, looked for on PATH and in the usual places. */
  torBinary?: string | undefined;
  /** The program `tor-gencert`; default found on PATH. */
  torGencertBinary?: string | undefined;
  /** The time that the start may take, in milliseconds; default 60,000. */
  timeout?: number | undefined;
  /** Is told how far the network is. */
  onProgress?: ((progress: NetworkProgress) => unknown) | undefined;
  /** Gets what `onProgress` throws; default `reportError`, where there is none a warning. */
  onError?: ErrorHandler | undefined;
  /** The adapter to the platform; default that of the runtime that this runs on. */
  runtime?: Runtime | undefined;
}

/** How one more client is started. */
export interface AddClientOptions extends AbortOptions {
  /** Its name; default `client2` and so on. */
  nickname?: string | undefined;
  /** Further lines of its torrc. */
  torrc?: Torrc | undefined;
  /** The time that the start may take, in milliseconds; default 60,000. */
  timeout?: number | undefined;
  /** Is told how far the client is on its way into the network. */
  onProgress?: ((phase: BootstrapPhase) => unknown) | undefined;
}
