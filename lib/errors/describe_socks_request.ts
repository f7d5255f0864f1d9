/** A request to a SOCKS port, as far as a message tells of it. */
export interface DescribedSocksRequest {
  /** What was asked. */
  readonly command: "CONNECT" | "RESOLVE" | "RESOLVE_PTR";
  /** The host name or IP address that was asked for. */
  readonly host: string;
  /** The port that was asked for, with CONNECT. */
  readonly port?: number | undefined;
}

/** What a request is to do, to follow "Cannot", such as `"connect to www.example:80"`. */
export function describeSocksRequest({ command, host, port }: DescribedSocksRequest): string {
  if (command !== "CONNECT") {
    return command === "RESOLVE" ? `resolve ${host}` : `find the name of ${host}`;
  }
  return `connect to ${host.includes(":") ? `[${host}]` : host}:${port}`;
}
