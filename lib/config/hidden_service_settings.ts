/**
 * The configuration of one onion service that keeps its keys in a directory (tor's manual, section
 * "Hidden service options"). Options that Tor has beside these can be set by their names as well.
 */
export interface HiddenServiceSettings {
  /** The directory of its keys and of its `hostname` (`HiddenServiceDir`). */
  dir: string;
  /** Its ports, such as `"80"` and `"80 127.0.0.1:8080"` (`HiddenServicePort`). */
  ports: (string | number)[];
  /** The version of its protocol, 3. */
  HiddenServiceVersion?: number | undefined;
  /** Whether a client that asks for a port that is not there keeps its circuit. */
  HiddenServiceAllowUnknownPorts?: boolean | 0 | 1 | undefined;
  /** How a circuit's number is told to the service: `"haproxy"`. */
  HiddenServiceExportCircuitID?: string | undefined;
  /** The most streams for each rendezvous circuit, 0 to 65535; 0 is no limit. */
  HiddenServiceMaxStreams?: number | undefined;
  /** Whether a circuit that goes past that limit is closed. */
  HiddenServiceMaxStreamsCloseCircuit?: boolean | 0 | 1 | undefined;
  /** Whether the group may read the directory. */
  HiddenServiceDirGroupReadable?: boolean | 0 | 1 | undefined;
  /** How many introduction points it has, 3 to 20. */
  HiddenServiceNumIntroductionPoints?: number | undefined;
  /** Whether it is an instance behind Onionbalance. */
  HiddenServiceOnionBalanceInstance?: boolean | 0 | 1 | undefined;
  /** Whether introduction points hold off too many introductions. */
  HiddenServiceEnableIntroDoSDefense?: boolean | 0 | 1 | undefined;
  /** How many introductions a second introduction points let through. */
  HiddenServiceEnableIntroDoSRatePerSec?: number | undefined;
  /** How many introductions at once introduction points let through. */
  HiddenServiceEnableIntroDoSBurstPerSec?: number | undefined;
  /** Whether clients must prove work when there are many. */
  HiddenServicePoWDefensesEnabled?: boolean | 0 | 1 | undefined;
  /** How many requests with proof of work are answered each second. */
  HiddenServicePoWQueueRate?: number | undefined;
  /** How many requests with proof of work are answered at once. */
  HiddenServicePoWQueueBurst?: number | undefined;
  /** Any other option of Tor's for one service; a list is written once for each item. */
  [option: `HiddenService${string}`]: HiddenServiceValue | undefined;
}

/** The value of one option of an onion service. */
export type HiddenServiceValue = string | number | boolean | (string | number)[];
