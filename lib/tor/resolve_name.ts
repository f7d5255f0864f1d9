import type { ControlConnection } from "../control/connection.ts";
import { ControlReplyError, SocksHostUnreachableError } from "../errors/mod.ts";
import type { AbortOptions, Runtime, TcpAddress } from "../runtime/types.ts";
import { parseSocksHost } from "../socks/socks_host.ts";
import { abortable } from "../util/abort.ts";
import { formatIpAddress } from "../util/ip_address.ts";
import { findDnsPort } from "./dns_port.ts";
import { dnsQuery } from "./dns_query.ts";
import type { SocksDialer } from "./socks_dialer.ts";

/** What a {@linkcode NameResolver} resolves with. */
export interface NameResolverOptions {
  /** The platform's sockets. */
  runtime: Runtime;
  /** Resolves one address, where there is no DNS port to be had. */
  dialer: SocksDialer;
  /** Asks Tor for its DNS port; `undefined` of a Tor without a controller. */
  control?: ControlConnection | undefined;
}

/**
 * Resolves names to all that Tor tells of them. A SOCKS port gives one address only, and RESOLVE of
 * the control port one of IPv4 only: the other family is asked for by name at a DNS port alone.
 */
export class NameResolver {
  readonly #options: NameResolverOptions;
  #port: Promise<TcpAddress | undefined> | undefined;

  /** Makes a resolver for one Tor. */
  constructor(options: NameResolverOptions) {
    this.#options = options;
  }

  /** Resolves a name to its addresses, IPv4 first. */
  async resolve(host: string, { signal }: AbortOptions = {}): Promise<string[]> {
    signal?.throwIfAborted();
    const { text, address } = parseSocksHost(host);
    if (address !== undefined) return [text];
    const { runtime, dialer } = this.#options;
    const server = await this.#server(signal);
    if (server === undefined) return [await dialer.resolve(host, { signal })];
    const name = text.replace(/\.$/, "");
    const answers = await Promise.all(
      (["A", "AAAA"] as const).map((type) => dnsQuery({ name, type }, { runtime, server, signal })),
    );
    const addresses = answers.flat().map(formatIpAddress);
    if (addresses.length > 0) return addresses;
    throw new SocksHostUnreachableError(`Cannot resolve ${text}: it has no address`, {
      command: "RESOLVE",
      host: text,
    });
  }

  /** The DNS port; `undefined` where Tor, or a filter in front of it, does not allow one. */
  async #server(signal: AbortSignal | undefined): Promise<TcpAddress | undefined> {
    const { control } = this.#options;
    if (control === undefined) return undefined;
    // Several may wait for it: none of them may give up for the others.
    const port = this.#port ??= findDnsPort(control).catch((error) => {
      if (error instanceof ControlReplyError) return undefined;
      this.#port = undefined;
      throw error;
    });
    return await abortable(port, signal);
  }
}
