import { decodeQuoted, encodeQuoted } from "../codec/quoted.ts";
import { encodeText } from "../codec/text.ts";
import { safeCookieHash } from "../control/auth/safe_cookie.ts";
import { constantTimeEqual } from "../util/constant_time_equal.ts";
import { decodeHex, encodeHex } from "../util/hex.ts";
import type { ControlCommand } from "./command_reader.ts";

/** The authentication methods that a scripted control port knows (control-spec, section 5.1). */
export type ScriptedAuthenticationMethod = "NULL" | "HASHEDPASSWORD" | "COOKIE" | "SAFECOOKIE";

/** How a scripted control port lets controllers in. */
export interface ScriptedAuthenticationOptions {
  /** The methods on offer; default `["NULL"]`. */
  methods?: readonly ScriptedAuthenticationMethod[] | undefined;
  /** What HASHEDPASSWORD accepts; default `"password"`. */
  password?: string | undefined;
  /** The cookie of COOKIE and SAFECOOKIE; default 32 random bytes. It may have a wrong length. */
  cookie?: Uint8Array | undefined;
  /**
   * The path of the cookie's file, as it is told to controllers. By default the cookie is written to
   * a file of mode 0600 in a temporary directory, which is removed when the port is closed. A path
   * that is given is not written to: it may be missing, or hold another cookie.
   */
  cookieFile?: string | undefined;
  /** Answer AUTHCHALLENGE with a wrong hash, as a server does that does not know the cookie. */
  wrongServerHash?: boolean | undefined;
  /** Refuse every AUTHENTICATE, right ones too. */
  refuse?: boolean | undefined;
}

/** What a port answers to a command that belongs to authentication. */
export interface AuthenticationAnswer {
  /** The lines of the reply. */
  readonly lines: readonly string[];
  /** Whether the controller is let in. */
  readonly authenticated?: boolean | undefined;
  /** Whether the connection is closed after the reply. */
  readonly close?: boolean | undefined;
}

/** The part of a scripted control port that lets controllers in. One serves one connection. */
export class ScriptedAuthentication {
  readonly #options: ScriptedAuthenticationOptions;
  readonly #cookie: Uint8Array;
  readonly #torVersion: string;
  #safeCookie: Uint8Array | undefined;

  /** Offers what the options tell; the cookie and its file are those of the port. */
  constructor(
    options: ScriptedAuthenticationOptions & { readonly cookie: Uint8Array },
    torVersion: string,
  ) {
    this.#options = options;
    this.#cookie = options.cookie;
    this.#torVersion = torVersion;
  }

  /** Answers PROTOCOLINFO, AUTHCHALLENGE, AUTHENTICATE and QUIT; `undefined` for anything else. */
  async answer(command: ControlCommand): Promise<AuthenticationAnswer | undefined> {
    switch (command.keyword) {
      case "PROTOCOLINFO":
        return { lines: this.#protocolInfo() };
      case "AUTHCHALLENGE":
        return { lines: [await this.#challenge(command.args)] };
      case "AUTHENTICATE":
        return this.#options.refuse || !this.#accepts(command.args)
          ? { lines: ["515 Authentication failed"], close: true }
          : { lines: ["250 OK"], authenticated: true };
      case "QUIT":
        return { lines: ["250 closing connection"], close: true };
      default:
        return undefined;
    }
  }

  get #methods(): readonly ScriptedAuthenticationMethod[] {
    return this.#options.methods ?? ["NULL"];
  }

  #protocolInfo(): string[] {
    const { cookieFile } = this.#options;
    const usesCookie = this.#methods.includes("COOKIE") || this.#methods.includes("SAFECOOKIE");
    const file = usesCookie && cookieFile !== undefined
      ? ` COOKIEFILE=${encodeQuoted(cookieFile)}`
      : "";
    return [
      "250-PROTOCOLINFO 1",
      `250-AUTH METHODS=${this.#methods.join(",")}${file}`,
      `250-VERSION Tor=${encodeQuoted(this.#torVersion)}`,
      "250 OK",
    ];
  }

  async #challenge(args: string): Promise<string> {
    if (!this.#methods.includes("SAFECOOKIE")) return "515 Cookie authentication is disabled";
    const argument = /^SAFECOOKIE +(.+)$/i.exec(args)?.[1];
    const clientNonce = argument === undefined ? undefined : readArgument(argument);
    if (clientNonce === undefined) return "513 Invalid base16 client nonce";
    const serverNonce = crypto.getRandomValues(new Uint8Array(32));
    const parts = { cookie: this.#cookie, clientNonce, serverNonce };
    const serverHash = await safeCookieHash("server", parts);
    this.#safeCookie = await safeCookieHash("client", parts);
    if (this.#options.wrongServerHash) serverHash[0]! ^= 1;
    return `250 AUTHCHALLENGE SERVERHASH=${encodeHex(serverHash)} SERVERNONCE=${
      encodeHex(serverNonce)
    }`;
  }

  #accepts(args: string): boolean {
    if (this.#methods.includes("NULL")) return true;
    const secret = readArgument(args);
    if (secret === undefined) return false;
    const accepted = [];
    if (this.#safeCookie !== undefined) accepted.push(this.#safeCookie);
    if (this.#methods.includes("COOKIE")) accepted.push(this.#cookie);
    if (this.#methods.includes("HASHEDPASSWORD")) {
      accepted.push(encodeText(this.#options.password ?? "password"));
    }
    return accepted.some((expected) => constantTimeEqual(expected, secret));
  }
}

/** Hexadecimal digits or a quoted string, as bytes. */
function readArgument(argument: string): Uint8Array | undefined {
  const quoted = decodeQuoted(argument);
  if (quoted !== undefined) return encodeText(quoted.value);
  return /^(?:[0-9a-f]{2})*$/i.test(argument) ? decodeHex(argument) : undefined;
}
