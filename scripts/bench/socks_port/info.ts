/** What the SOCKS port prints when it is up, as one line of JSON. */
export interface SocksPortInfo {
  /** Where it takes SOCKS connections: a TCP port on 127.0.0.1. */
  readonly socks: number;
  /** Where its target is without SOCKS: a TCP port on 127.0.0.1. */
  readonly target: number;
}

/** The path that asks the target for so many bytes. */
export function pathOf(size: number): string {
  return `/${size}`;
}

/** The request by which clients that speak no HTTP ask the target for so many bytes. */
export function requestOf(size: number): string {
  return `GET ${pathOf(size)} HTTP/1.1\r\nHost: bench.example\r\nConnection: close\r\n\r\n`;
}

/** What the target answers before the bytes. */
export function responseHead(size: number): string {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n" +
    `Content-Length: ${size}\r\nConnection: close\r\n\r\n`;
}
