import type { Task } from "../clients/task.ts";
import { pathOf } from "../socks_port/info.ts";

/** Where something listens. */
export interface HostAndPort {
  readonly hostname: string;
  readonly port: number;
}

/** What one client is to measure of SOCKS connections. */
export interface SocksTask extends Task {
  /** The SOCKS port. */
  readonly socks: HostAndPort;
  /** What the SOCKS port is asked for. */
  readonly target: HostAndPort;
  /** Where the same is without SOCKS. */
  readonly direct: HostAndPort;
  /** How many bytes one connection asks for. */
  readonly size: number;
  /** How many connections are open at once. */
  readonly parallel: number;
  /** How many of the task's `count` one connection does; default 1. */
  readonly each?: number;
}

/** What an HTTP client asks the target for. */
export function urlOf({ target, size }: SocksTask): string {
  return `http://${target.hostname}:${target.port}${pathOf(size)}`;
}
