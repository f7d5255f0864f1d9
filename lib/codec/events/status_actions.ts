/** How grave a status event is (control-spec, section 4.1.10: `StatusSeverity`). */
export type StatusSeverity = "NOTICE" | "WARN" | "ERR" | (string & Record<never, never>);

/** An action that has no arguments. */
export type NoStatusArguments = Record<never, never>;

/**
 * The actions of `STATUS_GENERAL` events and their arguments (control-spec, section 4.1.10). Any
 * argument may be missing.
 */
export interface StatusGeneralActions {
  /** Tor was stopped for so long that it closed its circuits. */
  CLOCK_JUMPED: {
    /** How long, in seconds; negative where the clock went back. */
    readonly time: number | undefined;
  };
  /** The directory authorities do not recommend this version of Tor. */
  DANGEROUS_VERSION: {
    /** This version. */
    readonly current: string | undefined;
    /** What is wrong with it. */
    readonly reason:
      | "NEW"
      | "OBSOLETE"
      | "UNRECOMMENDED"
      | (string & Record<never, never>)
      | undefined;
    /** The versions that are recommended. */
    readonly recommended: readonly string[] | undefined;
  };
  /** Tor has reached the limit of its open sockets. */
  TOO_MANY_CONNECTIONS: {
    /** How many are open. */
    readonly current: number | undefined;
  };
  /** Tor has met a fault in itself. */
  BUG: {
    /** What happened. */
    readonly reason: string | undefined;
  };
  /** The clock seems to be wrong. */
  CLOCK_SKEW: {
    /** How far the clock is ahead of the source, in seconds; negative where it is behind. */
    readonly skew: number | undefined;
    /** The same, where only a lower bound is known. */
    readonly minSkew: number | undefined;
    /** Who told the time: `CONSENSUS`, or `OR:`, `DIRSERV:`, `NETWORKSTATUS:` and an address. */
    readonly source: string | undefined;
  };
  /** The library libevent has a known fault; old versions of Tor only. */
  BAD_LIBEVENT: {
    /** The method that libevent uses. */
    readonly method: string | undefined;
    /** The version of libevent. */
    readonly version: string | undefined;
    /** How bad it is. */
    readonly badness: "BROKEN" | "BUGGY" | "SLOW" | (string & Record<never, never>) | undefined;
    /** Whether Tor has found another method. */
    readonly recovered: boolean | undefined;
  };
  /** None of the directory servers can be reached. */
  DIR_ALL_UNREACHABLE: NoStatusArguments;
}

/**
 * The actions of `STATUS_CLIENT` events and their arguments (control-spec, section 4.1.10). Any
 * argument may be missing.
 */
export interface StatusClientActions {
  /** Tor has come further, or has a problem, on its way into the network. */
  BOOTSTRAP: {
    /** How far Tor is: 0 to 100. */
    readonly progress: number | undefined;
    /** The phase, such as `conn_done` (control-spec, section 5.5). */
    readonly tag: string | undefined;
    /** What Tor does next, for people to read. */
    readonly summary: string | undefined;
    /** The problem, for people to read. */
    readonly warning: string | undefined;
    /** The problem, as in the reasons of `ORCONN` events. */
    readonly reason: string | undefined;
    /** How many problems there were in this phase. */
    readonly count: number | undefined;
    /** Whether the user should be told of the problem. */
    readonly recommendation: "ignore" | "warn" | (string & Record<never, never>) | undefined;
    /** The fingerprint of the relay that Tor tried to reach. */
    readonly hostId: string | undefined;
    /** The address and port of the relay that Tor tried to reach. */
    readonly hostAddress: string | undefined;
  };
  /** Tor knows enough of the network to build circuits. */
  ENOUGH_DIR_INFO: NoStatusArguments;
  /** Tor no longer knows enough of the network to build circuits. */
  NOT_ENOUGH_DIR_INFO: NoStatusArguments;
  /** Tor is able to build circuits. */
  CIRCUIT_ESTABLISHED: NoStatusArguments;
  /** Tor is no longer sure that it can build circuits. */
  CIRCUIT_NOT_ESTABLISHED: {
    /** Which other status made Tor unsure. */
    readonly reason:
      | "EXTERNAL_ADDRESS"
      | "DIR_ALL_UNREACHABLE"
      | "CLOCK_JUMPED"
      | (string & Record<never, never>)
      | undefined;
  };
  /** A new consensus has come. */
  CONSENSUS_ARRIVED: NoStatusArguments;
  /** A stream was asked for to a port that is used without encryption. */
  DANGEROUS_PORT: {
    /** The port. */
    readonly port: number | undefined;
    /** What Tor did. */
    readonly result: "REJECT" | "WARN" | (string & Record<never, never>) | undefined;
  };
  /** A SOCKS client gave an IP address: it may have resolved the name outside Tor. */
  DANGEROUS_SOCKS: {
    /** The protocol that it used. */
    readonly protocol: "SOCKS4" | "SOCKS5" | (string & Record<never, never>) | undefined;
    /** The address and port that it gave. */
    readonly address: string | undefined;
  };
  /** Something that is not SOCKS came to a SOCKS port. */
  SOCKS_UNKNOWN_PROTOCOL: {
    /** The first characters that came. */
    readonly data: string | undefined;
  };
  /** A SOCKS client gave a name that cannot be one. */
  SOCKS_BAD_HOSTNAME: {
    /** The name. */
    readonly hostname: string | undefined;
  };
}

/** What reachability tests tell: which of the two ports it is about. */
export interface ReachabilityArguments {
  /** The address and port for connections of other relays. */
  readonly orAddress: string | undefined;
  /** The address and port for directory requests. */
  readonly dirAddress: string | undefined;
}

/**
 * The actions of `STATUS_SERVER` events and their arguments (control-spec, section 4.1.10). Any
 * argument may be missing.
 */
export interface StatusServerActions {
  /** Tor has a new guess of its own address. */
  EXTERNAL_ADDRESS: {
    /** The IP address. */
    readonly address: string | undefined;
    /** The name that was resolved to it. */
    readonly hostname: string | undefined;
    /** How Tor found it. */
    readonly method:
      | "CONFIGURED"
      | "CONFIGURED_ORPORT"
      | "DIRSERV"
      | "RESOLVED"
      | "INTERFACE"
      | "GETHOSTNAME"
      | (string & Record<never, never>)
      | undefined;
  };
  /** Tor begins to test whether its ports can be reached. */
  CHECKING_REACHABILITY: ReachabilityArguments;
  /** A port can be reached. */
  REACHABILITY_SUCCEEDED: ReachabilityArguments;
  /** A port cannot be reached. */
  REACHABILITY_FAILED: ReachabilityArguments;
  /** At least one authority took the descriptor. */
  GOOD_SERVER_DESCRIPTOR: NoStatusArguments;
  /** One authority took the descriptor. */
  ACCEPTED_SERVER_DESCRIPTOR: {
    /** The authority's address and port. */
    readonly dirAuth: string | undefined;
  };
  /** One authority refused the descriptor. */
  BAD_SERVER_DESCRIPTOR: {
    /** The authority's address and port. */
    readonly dirAuth: string | undefined;
    /** Why. */
    readonly reason: string | undefined;
  };
  /** The relay came into, or fell out of, the consensus; no Tor sends it yet. */
  SERVER_DESCRIPTOR_STATUS: {
    /** Whether the consensus has the relay. */
    readonly status: "LISTED" | "UNLISTED" | (string & Record<never, never>) | undefined;
  };
  /** A name server went up or down. */
  NAMESERVER_STATUS: {
    /** The name server's address. */
    readonly ns: string | undefined;
    /** What became of it. */
    readonly status: "UP" | "DOWN" | (string & Record<never, never>) | undefined;
    /** Why. */
    readonly err: string | undefined;
  };
  /** All name servers are down. */
  NAMESERVER_ALL_DOWN: NoStatusArguments;
  /** The name server gives addresses for names that do not exist. */
  DNS_HIJACKED: NoStatusArguments;
  /** The name server gives wrong addresses: Tor will not be an exit. */
  DNS_USELESS: NoStatusArguments;
  /** The relay goes to sleep or wakes up, as its accounting demands. */
  HIBERNATION_STATUS: {
    /** Whether it relays, refuses new connections, or sleeps. */
    readonly status: "AWAKE" | "SOFT" | "HARD" | (string & Record<never, never>) | undefined;
  };
}
