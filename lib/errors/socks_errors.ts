import { describeSocksRequest } from "./describe_socks_request.ts";
import { TorError } from "./tor_error.ts";

/** What was asked of a SOCKS port. */
export type SocksCommand = "CONNECT" | "RESOLVE" | "RESOLVE_PTR";

/** What a {@linkcode SocksError} tells besides its message. */
export interface SocksErrorDetails {
  /** What was asked of the SOCKS port. */
  readonly command: SocksCommand;
  /** The host name or IP address that was asked for. */
  readonly host: string;
  /** The port that was asked for; `undefined` where none belongs to the command. */
  readonly port?: number | undefined;
  /** The reply code; `undefined` where no reply came, or none that could be read. */
  readonly code?: number | undefined;
}

/**
 * A SOCKS port did not do what it was asked for. There is a subclass for every reply code of RFC 1928
 * (section 6) and of Tor's socks-extensions; a code that neither knows is told by this class itself.
 * Tor gives its own codes, `0xf0` to `0xf7`, only on a `SocksPort` with the flag `ExtendedErrors`.
 *
 * @example Tell an unreachable host from other failures
 * ```ts
 * import { SocksError, SocksHostUnreachableError, socksReplyError } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const error = socksReplyError({ command: "CONNECT", host: "www.example", port: 80, code: 4 });
 * assert.ok(error instanceof SocksHostUnreachableError && error instanceof SocksError);
 * assert.equal(error.message, "Cannot connect to www.example:80 by SOCKS: host unreachable (04)");
 * assert.equal(error.code, 4);
 * ```
 */
export class SocksError extends TorError {
  /** The class's own name. */
  override name: string = "SocksError";
  /** What was asked of the SOCKS port. */
  readonly command: SocksCommand;
  /** The host name or IP address that was asked for, as it was sent. */
  readonly host: string;
  /** The port that was asked for; `undefined` where none belongs to the command. */
  readonly port: number | undefined;
  /** The reply code; `undefined` where no reply came, or none that could be read. */
  readonly code: number | undefined;

  /** Builds the error for a request. */
  constructor(message: string, details: SocksErrorDetails, options?: ErrorOptions) {
    super(message, options);
    this.command = details.command;
    this.host = details.host;
    this.port = details.port;
    this.code = details.code;
  }
}

/**
 * 01: the SOCKS port failed, or did not want to. Tor gives it for private addresses, and for much
 * that has no code of its own.
 */
export class SocksGeneralFailureError extends SocksError {
  /** The class's own name. */
  override name: string = "SocksGeneralFailureError";
}

/** 02: the rules of the SOCKS port, or an exit's policy, do not allow the connection. */
export class SocksNotAllowedError extends SocksError {
  /** The class's own name. */
  override name: string = "SocksNotAllowedError";
}

/** 03: the network of the host cannot be reached. */
export class SocksNetworkUnreachableError extends SocksError {
  /** The class's own name. */
  override name: string = "SocksNetworkUnreachableError";
}

/** 04: the host cannot be reached, or its name or address cannot be resolved. */
export class SocksHostUnreachableError extends SocksError {
  /** The class's own name. */
  override name: string = "SocksHostUnreachableError";
}

/** 05: the host refused the connection. */
export class SocksConnectionRefusedError extends SocksError {
  /** The class's own name. */
  override name: string = "SocksConnectionRefusedError";
}

/** 06: the time to live expired; Tor gives it where a connection took too long. */
export class SocksTtlExpiredError extends SocksError {
  /** The class's own name. */
  override name: string = "SocksTtlExpiredError";
}

/**
 * 07: the SOCKS port does not know the command; one that is not Tor's knows neither RESOLVE nor
 * RESOLVE_PTR.
 */
export class SocksCommandNotSupportedError extends SocksError {
  /** The class's own name. */
  override name: string = "SocksCommandNotSupportedError";
}

/** 08: the SOCKS port does not take addresses of this kind for this command. */
export class SocksAddressTypeNotSupportedError extends SocksError {
  /** The class's own name. */
  override name: string = "SocksAddressTypeNotSupportedError";
}

/**
 * F0: the descriptor of the onion service was not found: it is not published, or the service does
 * not exist.
 */
export class OnionDescriptorNotFoundError extends SocksError {
  /** The class's own name. */
  override name: string = "OnionDescriptorNotFoundError";
}

/** F1: the descriptor of the onion service cannot be parsed, or its signature is wrong. */
export class OnionDescriptorInvalidError extends SocksError {
  /** The class's own name. */
  override name: string = "OnionDescriptorInvalidError";
}

/**
 * F2: no introduction point of the onion service worked: the service is offline, or its descriptor
 * is old.
 */
export class OnionIntroductionFailedError extends SocksError {
  /** The class's own name. */
  override name: string = "OnionIntroductionFailedError";
}

/** F3: the onion service did not come to the rendezvous point. */
export class OnionRendezvousFailedError extends SocksError {
  /** The class's own name. */
  override name: string = "OnionRendezvousFailedError";
}

/** F4: the onion service takes authorized clients only, and Tor has no key for it. */
export class OnionClientAuthMissingError extends SocksError {
  /** The class's own name. */
  override name: string = "OnionClientAuthMissingError";
}

/** F5: the onion service takes authorized clients only, and Tor's key for it is wrong. */
export class OnionClientAuthWrongError extends SocksError {
  /** The class's own name. */
  override name: string = "OnionClientAuthWrongError";
}

/** F6: the onion address is malformed: its length, checksum, version or key is wrong. */
export class BadOnionAddressError extends SocksError {
  /** The class's own name. */
  override name: string = "BadOnionAddressError";
}

/** F7: all introductions to the onion service timed out. */
export class OnionIntroductionTimedOutError extends SocksError {
  /** The class's own name. */
  override name: string = "OnionIntroductionTimedOutError";
}

/**
 * The SOCKS port does not take the authentication method that was offered: "username/password" where
 * there are credentials, else "no authentication" (RFC 1928, section 3).
 */
export class SocksNoAcceptableMethodError extends SocksError {
  /** The class's own name. */
  override name: string = "SocksNoAcceptableMethodError";
}

/** The SOCKS port refused the username and password (RFC 1929). Neither is in the error. */
export class SocksAuthenticationError extends SocksError {
  /** The class's own name. */
  override name: string = "SocksAuthenticationError";
}

/**
 * The connection to the SOCKS port ended before its reply was complete. `cause` tells why, where it
 * broke.
 */
export class SocksDisconnectedError extends SocksError {
  /** The class's own name. */
  override name: string = "SocksDisconnectedError";
}

/** What a {@linkcode SocksProtocolError} tells besides its message. */
export interface SocksProtocolErrorDetails extends SocksErrorDetails {
  /** The first bytes that are no SOCKS5, 64 at most. */
  readonly received: Uint8Array;
}

/** What answers is not SOCKS5, such as an HTTP server, which the message names where it can. */
export class SocksProtocolError extends SocksError {
  /** The class's own name. */
  override name: string = "SocksProtocolError";
  /** The first bytes that are no SOCKS5, 64 at most. */
  readonly received: Uint8Array;

  /** Builds the error for a request. */
  constructor(message: string, details: SocksProtocolErrorDetails, options?: ErrorOptions) {
    super(message, details, options);
    this.received = details.received;
  }
}

const REPLIES: ReadonlyMap<number, readonly [Class: typeof SocksError, meaning: string]> = new Map([
  [0x01, [SocksGeneralFailureError, "general failure"]],
  [0x02, [SocksNotAllowedError, "not allowed by the rules"]],
  [0x03, [SocksNetworkUnreachableError, "network unreachable"]],
  [0x04, [SocksHostUnreachableError, "host unreachable"]],
  [0x05, [SocksConnectionRefusedError, "connection refused"]],
  [0x06, [SocksTtlExpiredError, "TTL expired"]],
  [0x07, [SocksCommandNotSupportedError, "command not supported"]],
  [0x08, [SocksAddressTypeNotSupportedError, "address type not supported"]],
  [0xf0, [OnionDescriptorNotFoundError, "onion service descriptor not found"]],
  [0xf1, [OnionDescriptorInvalidError, "onion service descriptor invalid"]],
  [0xf2, [OnionIntroductionFailedError, "onion service introduction failed"]],
  [0xf3, [OnionRendezvousFailedError, "onion service rendezvous failed"]],
  [0xf4, [OnionClientAuthMissingError, "onion service needs client authorization"]],
  [0xf5, [OnionClientAuthWrongError, "wrong client authorization for the onion service"]],
  [0xf6, [BadOnionAddressError, "bad onion address"]],
  [0xf7, [OnionIntroductionTimedOutError, "onion service introduction timed out"]],
]);

/**
 * The error for a reply that refuses a request, of the class that belongs to its code. A code that
 * has no class of its own gets {@linkcode SocksError}.
 *
 * @param details The request, and the reply's code.
 * @returns The error.
 *
 * @example Tell by the class why a host was not reached
 * ```ts
 * import { SocksHostUnreachableError, socksReplyError } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const request = { command: "CONNECT", host: "www.example", port: 80 } as const;
 * const error = socksReplyError({ ...request, code: 0x04 });
 * assert.ok(error instanceof SocksHostUnreachableError);
 * assert.match(error.message, /www\.example:80/);
 * ```
 */
export function socksReplyError(
  details: SocksErrorDetails & { readonly code: number },
): SocksError {
  const { code } = details;
  const [Class, meaning] = REPLIES.get(code) ?? [SocksError, "unknown reply code"];
  const digits = code.toString(16).toUpperCase().padStart(2, "0");
  return new Class(
    `Cannot ${describeSocksRequest(details)} by SOCKS: ${meaning} (${digits})`,
    details,
  );
}
