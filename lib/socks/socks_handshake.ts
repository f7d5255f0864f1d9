import { concatBytes } from "../codec/text.ts";
import {
  SocksAuthenticationError,
  type SocksCommand,
  SocksDisconnectedError,
  SocksNoAcceptableMethodError,
  SocksProtocolError,
  socksReplyError,
} from "../errors/mod.ts";
import { describeSocksRequest } from "../errors/describe_socks_request.ts";
import { encodeHex } from "../util/hex.ts";
import { describeSocksPeer } from "./foreign_peer.ts";
import { encodeSocksCredentials, type SocksCredentials } from "./socks_credentials.ts";
import { parseSocksHost } from "./socks_host.ts";
import { decodeSocksReply, type SocksReply } from "./socks_reply.ts";

/** What to ask of a SOCKS port. */
export interface SocksRequest {
  /** CONNECT (RFC 1928), or RESOLVE or RESOLVE_PTR (Tor's socks-extensions). */
  readonly command: SocksCommand;
  /** A host name or an IP address; for RESOLVE_PTR an IP address. */
  readonly host: string;
  /** The port to connect to, 1 to 65535; only with CONNECT. */
  readonly port?: number | undefined;
}

const VERSION = 5;
const COMMAND_CODES: Readonly<Record<SocksCommand, number>> = {
  CONNECT: 0x01,
  RESOLVE: 0xf0,
  RESOLVE_PTR: 0xf1,
};
/** The authentication methods of RFC 1928, section 3. */
const NO_AUTHENTICATION = 0x00;
const USERNAME_PASSWORD = 0x02;

/** How many of the bytes that are not SOCKS5 an error keeps. */
const KEPT_BYTES = 64;

const NOTHING = new Uint8Array(0);

/**
 * The client's side of SOCKS5 (RFC 1928, RFC 1929 and Tor's socks-extensions) up to the reply: bytes
 * in, bytes out, no input and output of its own. Send {@linkcode greeting}, give {@linkcode push}
 * what comes, cut anywhere, and send what it returns, until there is a {@linkcode reply}.
 *
 * One step waits for the other. Tor takes all in one piece, but then drops the answers to all steps
 * but the last; other servers drop what comes too early.
 *
 * @example Resolve a name
 * ```ts
 * import { SocksHandshake } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const handshake = new SocksHandshake({ command: "RESOLVE", host: "a.example" });
 * assert.deepEqual([...handshake.greeting], [5, 1, 0]);
 * const request = handshake.push(Uint8Array.of(5, 0));
 * assert.deepEqual([...request!.subarray(0, 5)], [5, 0xf0, 0, 3, 9]);
 * handshake.push(Uint8Array.of(5, 0, 0, 1, 192, 0, 2, 7, 0, 0));
 * assert.equal(handshake.reply?.host, "192.0.2.7");
 * ```
 */
export class SocksHandshake {
  /** The first bytes to send: the version, and the one authentication method that is offered. */
  readonly greeting: Uint8Array;
  /** What is asked for, with the host as it is sent. */
  readonly request: SocksRequest;
  readonly #credentials: Uint8Array | undefined;
  readonly #encodedRequest: Uint8Array;
  #stage: "method" | "authentication" | "reply" | "over" = "method";
  #held: Uint8Array = NOTHING;
  #reply: SocksReply | undefined;

  /**
   * Prepares a request.
   *
   * @throws {TypeError} Where the host is neither a name nor an IP address, for RESOLVE_PTR where it
   * is no IP address, and where the credentials make no sense.
   * @throws {RangeError} Where the port is not 1 to 65535, the name is over 255 bytes, or a credential
   * is not 1 to 255 bytes.
   */
  constructor(request: SocksRequest, credentials: SocksCredentials = {}) {
    const { command } = request;
    const { text, address, encoded } = parseSocksHost(request.host);
    if (command === "RESOLVE_PTR" && address === undefined) {
      throw new TypeError(`Cannot find the name of ${text}: expected an IP address`);
    }
    const port = command === "CONNECT" ? checkPort(request.port) : undefined;
    this.request = { command, host: text, port };
    this.#credentials = encodeSocksCredentials(credentials);
    const method = this.#credentials === undefined ? NO_AUTHENTICATION : USERNAME_PASSWORD;
    this.greeting = Uint8Array.of(VERSION, 1, method);
    this.#encodedRequest = concatBytes([
      Uint8Array.of(VERSION, COMMAND_CODES[command], 0),
      encoded,
      Uint8Array.of((port ?? 0) >> 8, (port ?? 0) & 255),
    ]);
  }

  /** The reply, once it is complete. */
  get reply(): SocksReply | undefined {
    return this.#reply;
  }

  /** What has not come yet: a sentence without its end, such as `"The SOCKS port did not answer"`. */
  get missing(): string {
    const isAsked = this.#stage === "reply" || this.#stage === "over";
    return `The SOCKS port did not ${isAsked ? describeSocksRequest(this.request) : "answer"}`;
  }

  /**
   * Takes bytes that the SOCKS port has sent.
   *
   * @returns What to send next, if anything.
   * @throws {SocksError} Where the SOCKS port refuses, or what answers is none. The handshake is over.
   */
  push(chunk: Uint8Array): Uint8Array | undefined {
    if (this.#stage === "over") {
      throw new TypeError("Cannot continue a SOCKS handshake that is over");
    }
    if (chunk.length === 0) return undefined;
    const bytes = this.#held.length === 0 ? chunk : concatBytes([this.#held, chunk]);
    const stage = this.#stage;
    this.#stage = "over"; // unless this step is followed by another
    if (stage === "method") return this.#readMethod(bytes);
    if (stage === "authentication") return this.#readAuthentication(bytes);
    return this.#readReply(bytes);
  }

  /** The error where the connection ended before the reply was complete; `cause` tells why it broke. */
  disconnected(cause?: unknown): SocksDisconnectedError {
    const when = this.#stage === "method"
      ? "before it answered"
      : this.#stage === "authentication"
      ? "instead of taking the username and password"
      : this.#held.length === 0
      ? "without a reply"
      : "in the midst of its reply";
    this.#stage = "over";
    return new SocksDisconnectedError(
      `${this.#cannot}: the SOCKS port closed the connection ${when}`,
      this.request,
      cause === undefined ? undefined : { cause },
    );
  }

  #readMethod(bytes: Uint8Array): Uint8Array | undefined {
    if (bytes[0] !== VERSION) throw this.#foreign(describeSocksPeer(bytes), bytes);
    const method = bytes[1];
    if (method === undefined) return this.#wait("method", bytes);
    if (method !== this.greeting[2]) {
      const answer = encodeHex(bytes.subarray(1, 2));
      throw new SocksNoAcceptableMethodError(
        this.#credentials === undefined
          ? `${this.#cannot}: the SOCKS port asks for authentication (${answer})`
          : `${this.#cannot}: the SOCKS port takes no username and password (${answer})`,
        this.request,
      );
    }
    if (bytes.length > 2) throw this.#early(bytes, 2);
    if (this.#credentials === undefined) return this.#sendRequest();
    this.#wait("authentication", NOTHING);
    return this.#credentials;
  }

  #readAuthentication(bytes: Uint8Array): Uint8Array | undefined {
    const [version, status] = bytes;
    // Tor answers to credentials that it does not take as if they were the request.
    if (version !== 1 && version !== VERSION) {
      throw this.#foreign("what it answers to the username is not SOCKS5", bytes);
    }
    if (status === undefined) return this.#wait("authentication", bytes);
    if (status !== 0) {
      const answer = encodeHex(bytes.subarray(1, 2));
      throw new SocksAuthenticationError(
        `${this.#cannot}: the SOCKS port refused the username and password (${answer})`,
        this.request,
      );
    }
    if (version !== 1) throw this.#foreign("it skipped the authentication it asked for", bytes);
    if (bytes.length > 2) throw this.#early(bytes, 2);
    return this.#sendRequest();
  }

  #readReply(bytes: Uint8Array): undefined {
    if (bytes[0] !== VERSION) throw this.#foreign("its reply is not SOCKS5", bytes);
    const code = bytes[1];
    // A refusal is complete without its address, which some do not send.
    if (code !== undefined && code !== 0) throw socksReplyError({ ...this.request, code });
    const reply = decodeSocksReply(bytes);
    if (reply === undefined) return this.#wait("reply", bytes);
    if (typeof reply === "number") {
      throw this.#foreign(`its reply has an address of the unknown type ${reply}`, bytes);
    }
    this.#checkAnswer(reply, bytes);
    this.#reply = reply;
  }

  /** A name comes from a stranger's server: nothing in it may pass for more than a name. */
  #checkAnswer({ host, isAddress }: SocksReply, bytes: Uint8Array): void {
    const { command } = this.request;
    if (command === "RESOLVE" && !isAddress) {
      throw this.#foreign("it answered with a name instead of an address", bytes);
    }
    if (command === "RESOLVE_PTR" && (isAddress || !/^[\x21-\x7e]+$/.test(host))) {
      throw this.#foreign("it answered with what is not a host name", bytes);
    }
  }

  #sendRequest(): Uint8Array {
    this.#wait("reply", NOTHING);
    return this.#encodedRequest;
  }

  #wait(stage: "method" | "authentication" | "reply", held: Uint8Array): undefined {
    this.#stage = stage;
    this.#held = held.slice();
  }

  get #cannot(): string {
    return `Cannot ${describeSocksRequest(this.request)} by SOCKS`;
  }

  #early(bytes: Uint8Array, expected: number): SocksProtocolError {
    const count = bytes.length - expected;
    return this.#foreign(`it sent ${count} bytes before they were asked for`, bytes);
  }

  #foreign(why: string, bytes: Uint8Array): SocksProtocolError {
    const details = { ...this.request, received: bytes.slice(0, KEPT_BYTES) };
    return new SocksProtocolError(`${this.#cannot}: ${why}`, details);
  }
}

function checkPort(port: number | undefined): number {
  if (port === undefined || !Number.isInteger(port) || port < 1 || port > 65535) {
    throw new RangeError(`Cannot connect to the port ${port}: expected 1 to 65535`);
  }
  return port;
}
