/** One way to set an option that the values of its type do not suit. */
export interface LegalValue {
  /** What is set. */
  readonly value: unknown;
  /** What Tor makes of it, where that is not the same. */
  readonly becomes?: unknown;
  /** What must be set together with it. */
  readonly with?: Readonly<Record<string, unknown>>;
  /** Why. */
  readonly why: string;
}

/** A legal value of each type that differs from every default. */
export function valueOfType(type: string, current: unknown): unknown {
  switch (type) {
    case "Boolean":
      return !current;
    case "Boolean+Auto":
      return true;
    case "Integer":
      return 7;
    case "SignedInteger":
      return 3;
    case "Float":
      return 0.5;
    case "DataSize":
      return 2 ** 31 - 1;
    case "TimeInterval":
      return 2400;
    case "TimeMsecInterval":
      return 50;
    case "CommaList":
      return ["80", "443"];
    case "RouterList":
      return ["{de}", "moria1"];
    case "Dependent":
      return ["0"];
    case "LineList":
      return ["a.example", "b.example"];
    // Tor writes some of these files when they are set.
    case "Filename":
      return 'DIR/a "file" with \\ and # in it';
    default:
      return 'a "text" with \\ and # in it';
  }
}

const FINGERPRINT = "0123456789ABCDEF0123456789ABCDEF01234567";
const HASHED = "16:872860B76453A77D60CA2BB8C1A7042072093276A3D701AD684053EC4C";
const NEEDS_POLICY = "it is a policy";
const RELAY = { ORPort: ["127.0.0.1:auto"], Address: ["127.0.0.1"] };
const RELAY_ONLY = "it is of use to relays only, and others have it cleared";
const BRIDGE = { ...RELAY, BridgeRelay: true };
const DIRECTORY = `test orport=9001 v3ident=${FINGERPRINT} 127.0.0.1:9030 ${FINGERPRINT}`;

/** Options that need other values than their types do. `DIR` is Tor's directory, `PID` a process. */
export const LEGAL_VALUES: Readonly<Record<string, LegalValue>> = {
  __ControlPort: { value: ["127.0.0.1:auto"], why: "0 does not go with ports" },
  __HashedControlSessionPassword: { value: [HASHED], why: "it is a hash" },
  __OwningControllerProcess: { value: "PID", why: "Tor ends with the process" },
  AccountingRule: { value: "sum", why: "it is one of four words" },
  AccountingStart: { value: "day 10:00", why: "it is a time of the day" },
  AlternateBridgeAuthority: { value: [DIRECTORY], why: "it describes a relay" },
  AlternateDirAuthority: { value: [DIRECTORY], why: "it describes a relay" },
  AuthDirBadExit: { value: ["192.0.2.0/24"], why: NEEDS_POLICY },
  AuthDirInvalid: { value: ["192.0.2.0/24"], why: NEEDS_POLICY },
  AuthDirMiddleOnly: { value: ["192.0.2.0/24"], why: NEEDS_POLICY },
  AuthDirReject: { value: ["192.0.2.0/24"], why: NEEDS_POLICY },
  AuthoritativeDirectory: {
    value: true,
    with: {
      ORPort: ["127.0.0.1:auto"],
      DirPort: ["127.0.0.1:auto"],
      Address: ["192.0.2.1"],
      ContactInfo: "me",
      BridgeAuthoritativeDir: true,
    },
    why:
      "an authority has a kind; one of the directory would need its keys, without which Tor ends",
  },
  BandwidthBurst: { value: 2 ** 30 + 1, why: "it is no less than BandwidthRate" },
  BandwidthRate: { value: 2 ** 20, why: "it is no more than BandwidthBurst" },
  Bridge: { value: ["192.0.2.1:443"], why: "it describes a relay" },
  BridgeDistribution: { value: "email", with: BRIDGE, why: "it is one of some words, of bridges" },
  BridgeRelay: { value: true, with: RELAY, why: RELAY_ONLY },
  CellStatistics: { value: true, with: RELAY, why: RELAY_ONLY },
  ClientOnionAuthDir: { value: "DIR/onion_auth", why: "it is a directory" },
  ClientTransportPlugin: { value: ["obfs4 socks5 127.0.0.1:9"], why: "it describes a program" },
  ConfluxClientUX: { value: "latency", why: "it is one of four words" },
  ConnDirectionStatistics: { value: true, with: RELAY, why: RELAY_ONLY },
  ConnLimit: { value: 900, why: "Tor needs so many" },
  ControlSocket: { value: ["DIR/other_control"], why: "it is a socket" },
  ControlSocketsGroupWritable: {
    value: true,
    with: { ControlSocket: ["DIR/another_control"] },
    why: "it is of use with ControlSocket only",
  },
  DirAuthority: { value: [DIRECTORY], why: "it describes a relay" },
  DirPolicy: { value: ["accept 192.0.2.0/24:*"], why: NEEDS_POLICY },
  EntryStatistics: { value: true, with: RELAY, why: RELAY_ONLY },
  ExcludeExitNodes: {
    value: ["{de}", "moria1"],
    becomes: ["{de}", "moria1", "{??}"],
    why: "Tor adds the relays of no known country",
  },
  ExcludeNodes: {
    value: ["{de}", "moria1"],
    becomes: ["{de}", "moria1", "{??}"],
    why: "Tor adds the relays of no known country",
  },
  ExitPolicy: { value: ["accept *:80", "reject *:*"], why: NEEDS_POLICY },
  ExitPortStatistics: { value: true, with: RELAY, why: RELAY_ONLY },
  FallbackDir: {
    value: [`192.0.2.1:80 orport=9001 id=${FINGERPRINT}`],
    why: "it describes a relay",
  },
  FamilyId: { value: ["A".repeat(43)], why: "it is a key" },
  FetchDirInfoExtraEarly: {
    value: true,
    with: { FetchDirInfoEarly: true },
    why: "it goes beyond FetchDirInfoEarly",
  },
  HashedControlPassword: { value: [HASHED], why: "it is a hash" },
  HiddenServiceNonAnonymousMode: {
    value: true,
    with: { HiddenServiceSingleHopMode: true },
    why: "it goes with HiddenServiceSingleHopMode",
  },
  HiddenServiceSingleHopMode: {
    value: true,
    with: { HiddenServiceNonAnonymousMode: true },
    why: "it goes with HiddenServiceNonAnonymousMode",
  },
  HTTPProxy: { value: "127.0.0.1:9", why: "it is an address" },
  HTTPSProxy: { value: "127.0.0.1:9", why: "it is an address" },
  Log: { value: ["notice stdout", "warn file DIR/other.log"], why: "it says what goes where" },
  MetricsPortPolicy: { value: ["accept 127.0.0.1"], why: NEEDS_POLICY },
  MinimalAcceptedServerVersion: { value: "0.4.8.1", why: "it is a version" },
  MyFamily: { value: [`$${FINGERPRINT}`], why: "it is a relay" },
  Nickname: { value: "torcon", why: "it has letters and digits only" },
  NodeFamily: { value: ["moria1,moria2"], why: "it has relays" },
  OutboundBindAddress: { value: ["127.0.0.1"], why: "it is an address" },
  OutboundBindAddressExit: { value: ["127.0.0.1"], why: "it is an address" },
  OutboundBindAddressOR: { value: ["127.0.0.1"], why: "it is an address" },
  OutboundBindAddressPT: { value: ["127.0.0.1"], why: "it is an address" },
  PublishServerDescriptor: { value: ["bridge"], why: "it has some words" },
  ReachableAddresses: { value: ["*:443"], why: NEEDS_POLICY },
  ReachableDirAddresses: { value: ["192.0.2.0/24:*"], why: NEEDS_POLICY },
  ReachableORAddresses: { value: ["192.0.2.0/24:*"], why: NEEDS_POLICY },
  RelayBandwidthBurst: {
    value: 2 ** 30,
    with: { RelayBandwidthRate: 2 ** 30 },
    why: "Tor sets RelayBandwidthRate to it",
  },
  RelayBandwidthRate: {
    value: 2 ** 30,
    with: { RelayBandwidthBurst: 2 ** 30 },
    why: "Tor sets RelayBandwidthBurst to it",
  },
  SafeLogging: { value: "relay", why: "it is one of three words" },
  Schedulers: { value: ["Vanilla"], why: "it has some words" },
  ServerTransportListenAddr: { value: ["obfs4 127.0.0.1:9"], why: "it describes a program" },
  ServerTransportOptions: { value: ["obfs4 a=b"], why: "it describes a program" },
  ServerTransportPlugin: { value: ["obfs4 exec /nonexistent"], why: "it describes a program" },
  SigningKeyLifetime: { value: 60 * 86_400, why: "it is a month at least" },
  Socks4Proxy: { value: "127.0.0.1:9", why: "it is an address" },
  Socks5Proxy: { value: "127.0.0.1:9", why: "it is an address" },
  Socks5ProxyPassword: {
    value: "a secret",
    with: { Socks5ProxyUsername: "me" },
    why: "it goes with a name",
  },
  Socks5ProxyUsername: {
    value: "me",
    with: { Socks5ProxyPassword: "a secret" },
    why: "it goes with a password",
  },
  SocksPort: { value: ["9150", "9160 IsolateDestAddr"], why: "the lone tor has 0 already" },
  SocksPolicy: { value: ["accept 192.0.2.0/24:*"], why: NEEDS_POLICY },
  TCPProxy: { value: "haproxy 127.0.0.1:9", why: "it is an address" },
  TestingAuthKeyLifetime: { value: 5 * 86_400, why: "it is a day at least" },
  TestingLinkCertLifetime: { value: 5 * 86_400, why: "it is a day at least" },
  TransProxyType: {
    value: "TPROXY",
    with: { TransPort: ["127.0.0.1:auto"] },
    why: "it is one of some words, of a TransPort",
  },
  UseBridges: { value: true, with: { Bridge: ["192.0.2.1:443"] }, why: "it needs a bridge" },
  VirtualAddrNetworkIPv4: { value: "10.192.0.0/10", why: "it is a network" },
  VirtualAddrNetworkIPv6: { value: "[fc00::]/7", why: "it is a network" },
};

/** The torrc of a Tor in a testing network, whose options others do not let be changed. */
export const TESTING_TORRC: Readonly<Record<string, string | number>> = {
  TestingTorNetwork: 1,
  DirAuthority: DIRECTORY,
};

/** Whether Tor lets the option be changed in testing networks only. */
export function isForTesting(name: string): boolean {
  const others = /^TestingDirAuthVote|^TestingMin\w+FlagThreshold$/;
  return (name.startsWith("Testing") && !others.test(name)) ||
    name === "ClientDNSRejectInternalAddresses";
}

/** Options that are not set, and why. */
export const NEVER_SET: Readonly<Record<string, string>> = {
  DisableNetwork: "Tor would reach for the real network",
};

const NOT_WHILE_RUNNING = /While Tor is running, changing \w+ is not allowed/;

/** Options that a running Tor does not let be changed, by what it says. */
export const REFUSED: Readonly<Record<string, RegExp>> = {
  __DisableSignalHandlers: NOT_WHILE_RUNNING,
  __OwningControllerFD: NOT_WHILE_RUNNING,
  AccelDir: /Can't use hardware crypto accelerator dir without engine name/,
  AccelName: NOT_WHILE_RUNNING,
  CacheDirectory: NOT_WHILE_RUNNING,
  DataDirectory: NOT_WHILE_RUNNING,
  DisableAllSwap: NOT_WHILE_RUNNING,
  DisableDebuggerAttachment: NOT_WHILE_RUNNING,
  FamilyKeyDirectory: NOT_WHILE_RUNNING,
  TestingTorNetwork: NOT_WHILE_RUNNING,
  TokenBucketRefillInterval: NOT_WHILE_RUNNING,
  HardwareAccel: NOT_WHILE_RUNNING,
  HiddenServiceNonAnonymousMode: NOT_WHILE_RUNNING,
  HiddenServiceSingleHopMode: NOT_WHILE_RUNNING,
  KeepBindCapabilities: NOT_WHILE_RUNNING,
  KeyDirectory: NOT_WHILE_RUNNING,
  NoExec: NOT_WHILE_RUNNING,
  PidFile: NOT_WHILE_RUNNING,
  RunAsDaemon: NOT_WHILE_RUNNING,
  Sandbox: NOT_WHILE_RUNNING,
  SyslogIdentityTag: NOT_WHILE_RUNNING,
  User: NOT_WHILE_RUNNING,
};
