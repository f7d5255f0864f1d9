import type { Torrc, TorrcValue } from "../launch/torrc.ts";
import { INITIAL_VOTING_INTERVAL, VOTING_INTERVAL } from "./voting_schedule.ts";

/** Options by name. */
export type TorrcOptions = Readonly<Record<string, TorrcValue>>;

/** A relay before it is started. */
export interface RelayPlan {
  /** Its nickname. */
  readonly nickname: string;
  /** Its address. */
  readonly address: string;
  /** Its `ORPort`. */
  readonly orPort: number;
  /** Of an authority, its `DirPort`. */
  readonly dirPort: number | undefined;
  /** Of an exit, the port that it alone accepts. */
  readonly exclusivePort: number | undefined;
}

/** What a `DirAuthority` line tells of an authority. */
export interface AuthorityIdentity {
  /** The fingerprint of its relay identity key. */
  readonly fingerprint: string;
  /** The fingerprint of its v3 identity key. */
  readonly v3Identity: string;
}

/** The line by which the nodes know an authority. */
export function dirAuthorityLine(
  { nickname, address, orPort, dirPort }: RelayPlan,
  { fingerprint, v3Identity }: AuthorityIdentity,
): string {
  return `${nickname} orport=${orPort} no-v2 v3ident=${v3Identity} ${address}:${dirPort} ${fingerprint}`;
}

/** What every node of a network is told. */
export function networkOptions(dirAuthorities: readonly string[]): TorrcOptions {
  return {
    TestingTorNetwork: 1,
    DirAuthority: dirAuthorities,
    AssumeReachable: 1,
    PathsNeededToBuildCircuits: 0.25,
    TestingDirAuthVoteExit: "*",
    TestingDirAuthVoteGuard: "*",
    TestingDirAuthVoteHSDir: "*",
    TestingMinExitFlagThreshold: 0,
    TestingV3AuthInitialVotingInterval: INITIAL_VOTING_INTERVAL,
    TestingV3AuthInitialVoteDelay: 2,
    TestingV3AuthInitialDistDelay: 2,
    V3AuthVotingInterval: VOTING_INTERVAL,
    V3AuthVoteDelay: 2,
    V3AuthDistDelay: 2,
    ShutdownWaitLength: 0,
    // What Tor learns of a network that is all on one machine is to give up after some 60 ms, thrice of which
    // leave a service without an answer, and its client to wait for two minutes.
    LearnCircuitBuildTimeout: 0,
    CircuitBuildTimeout: 10,
    SafeLogging: 0,
    LogTimeGranularity: 1,
    // Tor binds to it for every connection that is not to a loopback address, and the system
    // refuses to connect from it to any other: whatever a test asks for, nothing leaves this machine.
    OutboundBindAddress: "127.0.0.1",
  };
}

/** What every client of a network is told besides. */
export function clientOptions(dirAuthorities: readonly string[]): TorrcOptions {
  return {
    ...networkOptions(dirAuthorities),
    EnforceDistinctSubnets: 0,
    ClientRejectInternalAddresses: 0,
    ClientDNSRejectInternalAddresses: 0,
  };
}

/** What a relay needs of its network. */
export interface RelayContext {
  /** The lines of all authorities. */
  readonly dirAuthorities: readonly string[];
  /** An empty file. */
  readonly emptyFile: string;
  /** The file that names the DNS server. */
  readonly resolvConf: string;
  /** The ports that one exit alone accepts, of all exits. */
  readonly exclusivePorts: readonly number[];
  /** By how many seconds the voting is shifted. */
  readonly votingOffset: number;
}

/** The torrc of an authority or an exit. */
export function relayTorrc(relay: RelayPlan, context: RelayContext): Torrc {
  const { nickname, address, orPort, dirPort } = relay;
  return {
    ...networkOptions(context.dirAuthorities),
    OutboundBindAddress: address,
    Nickname: nickname,
    Address: address,
    AddressDisableIPv6: 1,
    ORPort: `${address}:${orPort}`,
    SocksPort: 0,
    CookieAuthentication: 1,
    ContactInfo: "none",
    // Reading the real files takes a second of all relays together, for addresses not met here.
    GeoIPFile: context.emptyFile,
    GeoIPv6File: context.emptyFile,
    ServerDNSResolvConfFile: context.resolvConf,
    ServerDNSDetectHijacking: 0,
    ServerDNSTestAddresses: "",
    ...(dirPort === undefined ? exitOptions(relay, context) : {
      AuthoritativeDirectory: 1,
      V3AuthoritativeDirectory: 1,
      TestingV3AuthVotingStartOffset: context.votingOffset,
      DirPort: `${address}:${dirPort}`,
      ExitRelay: 0,
      ExitPolicy: "reject *:*",
    }),
  };
}

function exitOptions({ exclusivePort }: RelayPlan, { exclusivePorts }: RelayContext): TorrcOptions {
  const others = exclusivePorts.filter((port) => port !== exclusivePort);
  return {
    ExitRelay: 1,
    IPv6Exit: 1, // else it does not ask for AAAA
    ExitPolicyRejectPrivate: 0,
    ExitPolicy: [
      ...others.map((port) => `reject *:${port}`),
      // The system would let a packet with the address ::1 leave, unlike one with 127.0.0.1.
      "reject6 *:*",
      "accept *:*",
    ],
  };
}
