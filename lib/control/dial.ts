import type { MessageDecoderOptions } from "../codec/message_decoder.ts";
import {
  type ConnectAttempt,
  ConnectError,
  ControlReplyError,
  DisconnectedError,
} from "../errors/mod.ts";
import type { Address, Runtime, SocketAddress } from "../runtime/types.ts";
import { withDeadline } from "../util/abort.ts";
import { formatAddress, parseAddress } from "../util/address.ts";
import { authenticate, type AuthenticationMethod, type Password } from "./auth/authenticate.ts";
import { parseProtocolInfo, type ProtocolInfo } from "./auth/protocol_info.ts";
import { Channel } from "./channel.ts";

/**
 * Where a Tor of the system, or of the Tor Browser, usually has its control port, in the order in
 * which these places are tried. On Windows the Unix sockets are left out.
 */
export const DEFAULT_CONTROL_ADDRESSES: readonly Address[] = [
  "unix:/run/tor/control",
  "unix:/var/run/tor/control",
  "127.0.0.1:9051",
  "127.0.0.1:9151",
];

/** How a control port is found and entered. */
export interface DialOptions extends MessageDecoderOptions {
  /** The platform's sockets and files. */
  runtime: Runtime;
  /** The control port, or several to try in order; default {@linkcode DEFAULT_CONTROL_ADDRESSES}. */
  control?: Address | readonly Address[] | undefined;
  /** The password for HASHEDPASSWORD, or a function that asks for it when it is needed. */
  password?: Password | undefined;
  /**
   * The file of the cookie; default where Tor tells that it is, which may be a path of another machine or
   * container.
   */
  cookieFile?: string | undefined;
  /**
   * The authentication methods that may be tried, always best first. Default: all, where COOKIE is
   * tried only if Tor does not offer SAFECOOKIE, since it shows the cookie to a server that has
   * proved nothing.
   */
  authentication?: readonly AuthenticationMethod[] | undefined;
  /** The time in milliseconds that each address has, authentication included; default 30,000, `Infinity` for no limit. */
  timeout?: number | undefined;
  /** Gives up; the call rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** A control port that was entered. */
export interface DialledControl {
  /** The authenticated connection. */
  readonly channel: Channel;
  /** Where it leads to. */
  readonly address: SocketAddress;
  /** What Tor told of itself before authentication; `undefined` where that was refused. */
  readonly protocolInfo: ProtocolInfo | undefined;
}

/**
 * Opens the first of the addresses at which a Tor lets us in.
 *
 * @param options The addresses, what to authenticate with, and the platform.
 * @returns The authenticated connection, and what is known of it.
 * @throws {TypeError} Where there is no address, or what is given is none.
 * @throws {RangeError} Where an address has a port that is none.
 * @throws {ConnectError} Where there are several addresses and none works: it tells each and why.
 * @throws {TorError} Of a single address its own error: `ConnectionRefusedError`,
 * `PathNotFoundError`, `PermissionError`, `ProtocolError`, `AuthenticationError`, `TimeoutError`,
 * `DisconnectedError` or `LimitExceededError`.
 */
export async function dial(options: DialOptions): Promise<DialledControl> {
  const { control = DEFAULT_CONTROL_ADDRESSES, runtime } = options;
  const given: readonly Address[] = Array.isArray(control) ? control : [control as Address];
  const addresses = given.map(parseAddress);
  if (addresses.length === 0) throw new TypeError("Cannot connect to Tor without an address");
  if (addresses.length === 1) return await dialOne(addresses[0]!, options);
  const attempts: ConnectAttempt[] = [];
  for (const address of addresses) {
    // Windows has no Unix sockets to look for, unless the caller says so.
    const isDefault = options.control === undefined;
    if (isDefault && "path" in address && runtime.platform === "win32") continue;
    try {
      return await dialOne(address, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      attempts.push({ address: formatAddress(address), error });
    }
  }
  const told = attempts.map(({ address, error }) =>
    `${address}: ${error instanceof Error ? error.message : String(error)}`
  );
  throw new ConnectError(`Cannot connect to Tor's control port: ${told.join("; ")}`, attempts);
}

function dialOne(address: SocketAddress, options: DialOptions): Promise<DialledControl> {
  const name = formatAddress(address);
  let stage = `Cannot connect to ${name}`;
  const open = async (signal: AbortSignal) => {
    const channel = new Channel(await options.runtime.connect(address, { signal }), options);
    stage = `The server at ${name} accepted the connection but did not answer`;
    return channel;
  };
  return withDeadline(async (signal) => {
    let channel = await open(signal);
    try {
      const info = await askProtocolInfo(channel, signal);
      const reopen = () => open(signal);
      channel = await authenticate({ channel, info, reopen }, { ...options, signal });
      signal.throwIfAborted();
      return { channel, address, protocolInfo: info };
    } catch (error) {
      await channel.close();
      throw error;
    }
  }, { signal: options.signal, timeout: options.timeout ?? 30_000, message: () => stage });
}

async function askProtocolInfo(
  channel: Channel,
  signal: AbortSignal,
): Promise<ProtocolInfo | undefined> {
  try {
    return parseProtocolInfo(
      await channel.request({ keyword: "PROTOCOLINFO", args: ["1"] }, { signal }),
    );
  } catch (error) {
    if (error instanceof ControlReplyError) return undefined; // a filter in front of Tor
    // What ended the connection says more than that the command got no reply.
    if (error instanceof DisconnectedError && error.cause instanceof Error) throw error.cause;
    throw error;
  }
}
