/** The number that Tor gave a circuit (control-spec, section 2.4: `CircuitID`); 0 means none. */
export type CircuitId = number;

/** The number that Tor gave a stream (control-spec, section 2.4: `StreamID`). */
export type StreamId = number;

/** The number that Tor gave a connection to a relay (control-spec, section 2.4: `ConnID`). */
export type ConnId = number;

/** The number of a circuit's cell queue, unique within one connection (section 2.4: `QueueID`). */
export type QueueId = number;

/** The SHA-1 digest of a relay's RSA identity key: 40 upper-case hex digits, without `$`. */
export type Fingerprint = string;
