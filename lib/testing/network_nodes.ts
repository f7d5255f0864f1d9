/** What is the same of every tor process of a private network. */
export interface NetworkNode {
  /** The name of the node, such as `"relay2"`; a relay's own nickname is the same. */
  readonly nickname: string;
  /** The process id. */
  readonly pid: number;
  /** The best address of the control port: the Unix socket where there is one, else TCP. */
  readonly control: string;
  /** The control port on TCP, such as `"127.0.0.1:40123"`. */
  readonly controlPort: string;
  /** The control port on a Unix socket, such as `"unix:/tmp/x/control"`; `undefined` on Windows. */
  readonly controlSocket: string | undefined;
  /** The `DataDirectory`; its torrc is in it, and its log, `notice.log`. */
  readonly dataDirectory: string;
}

/** A relay of a private network: a directory authority or an exit. */
export interface NetworkRelay extends NetworkNode {
  /** The fingerprint of its identity key: 40 hexadecimal digits in upper case. */
  readonly fingerprint: string;
  /** Its address: `127.N.0.1`, or `127.0.0.1` where the system has no other loopback address. */
  readonly address: string;
  /** Its `ORPort`. */
  readonly orPort: number;
  /** An authority's `DirPort`. */
  readonly dirPort: number | undefined;
  /** A port of any address that the policy of this exit alone accepts; none of an authority. */
  readonly exclusivePort: number | undefined;
}

/** A client of a private network. */
export interface NetworkClient extends NetworkNode {
  /** The SOCKS port on TCP. */
  readonly socksPort: string;
  /** The SOCKS port on a Unix socket; `undefined` on Windows. */
  readonly socksSocket: string | undefined;
  /** The password that its control ports take, besides the cookie. */
  readonly password: string;
}
