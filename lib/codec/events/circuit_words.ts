/** What became of a circuit (control-spec, section 4.1.1: `CircStatus`). */
export type CircStatus =
  | "LAUNCHED"
  | "BUILT"
  | "GUARD_WAIT"
  | "EXTENDED"
  | "FAILED"
  | "CLOSED"
  | (string & Record<never, never>);

/** What changed in a circuit (control-spec, section 4.1.19: `CircEvent`). */
export type CircMinorStatus =
  | "PURPOSE_CHANGED"
  | "CANNIBALIZED"
  | (string & Record<never, never>);

/** How a circuit is to be built (control-spec, section 4.1.1: `BuildFlag`). */
export type BuildFlag =
  | "ONEHOP_TUNNEL"
  | "IS_INTERNAL"
  | "NEED_CAPACITY"
  | "NEED_UPTIME"
  | (string & Record<never, never>);

/** What a circuit is for (control-spec, section 4.1.1: `Purpose`, and what Tor 0.4.9 adds). */
export type CircPurpose =
  | "SERVER"
  | "GENERAL"
  | "HS_CLIENT_HSDIR"
  | "HS_CLIENT_INTRO"
  | "HS_CLIENT_REND"
  | "HS_SERVICE_HSDIR"
  | "HS_SERVICE_INTRO"
  | "HS_SERVICE_REND"
  | "TESTING"
  | "MEASURE_TIMEOUT"
  | "CONTROLLER"
  | "PATH_BIAS_TESTING"
  | "HS_VANGUARDS"
  | "CIRCUIT_PADDING"
  | "CONFLUX_UNLINKED"
  | "CONFLUX_LINKED"
  | (string & Record<never, never>);

/** How far an onion service's circuit is (control-spec, section 4.1.1: `HSState`). */
export type HsState =
  | "HSCI_CONNECTING"
  | "HSCI_INTRO_SENT"
  | "HSCI_DONE"
  | "HSCR_CONNECTING"
  | "HSCR_ESTABLISHED_IDLE"
  | "HSCR_ESTABLISHED_WAITING"
  | "HSCR_JOINED"
  | "HSSI_CONNECTING"
  | "HSSI_ESTABLISHED"
  | "HSSR_CONNECTING"
  | "HSSR_JOINED"
  | "OR_HSSI_ESTABLISHED"
  | "OR_HSCR_ESTABLISHED"
  | "OR_HS_R_JOINED"
  | (string & Record<never, never>);

/** Why a circuit was closed (control-spec, section 4.1.1: `Reason`, and what Tor 0.4.9 adds). */
export type CircReason =
  | "NONE"
  | "TORPROTOCOL"
  | "INTERNAL"
  | "REQUESTED"
  | "HIBERNATING"
  | "RESOURCELIMIT"
  | "CONNECTFAILED"
  | "OR_IDENTITY"
  | "OR_CONN_CLOSED"
  | "CHANNEL_CLOSED"
  | "FINISHED"
  | "TIMEOUT"
  | "DESTROYED"
  | "NOPATH"
  | "NOSUCHSERVICE"
  | "MEASUREMENT_EXPIRED"
  | "IP_NOW_REDUNDANT"
  | "ORIGIN"
  | (string & Record<never, never>);
