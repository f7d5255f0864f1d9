import type { Conn, TcpAddress } from "../runtime/types.ts";

/** Where an {@linkcode HttpDialer} is to connect to, and how. */
export interface HttpDialTarget extends TcpAddress {
  /** The host's name as it stands in the URL, in punycode, or its IP address; never resolved before. */
  readonly hostname: string;
  /**
   * Connections that have the same text may share a circuit, those with different ones may not;
   * `undefined` for those that may share one with anybody.
   */
  readonly isolation: string | undefined;
  /** Aborts when the connection is not wanted any more. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a connection to a host. Whatever goes over HTTP here is connected by it alone: nothing else
 * resolves a name or opens a socket.
 */
export type HttpDialer = (target: HttpDialTarget) => Promise<Conn>;
