import { encodeText } from "../../codec/text.ts";
import { type AuthenticationAttempt, AuthenticationError } from "../../errors/mod.ts";
import type { Runtime } from "../../runtime/types.ts";
import { encodeHex } from "../../util/hex.ts";
import type { Channel } from "../channel.ts";
import { readCookieFile } from "./cookie_file.ts";
import type { ProtocolInfo } from "./protocol_info.ts";
import { authenticateSafeCookie, ServerHashError } from "./safe_cookie.ts";

/** The authentication methods of control-spec, section 5.1, best first. */
export type AuthenticationMethod = "SAFECOOKIE" | "COOKIE" | "HASHEDPASSWORD" | "NULL";

const METHODS: readonly AuthenticationMethod[] = ["SAFECOOKIE", "COOKIE", "HASHEDPASSWORD", "NULL"];

/**
 * A password, or a function that asks for it when it is needed: anew for each address that is tried,
 * and when a lost connection is restored.
 */
export type Password = string | (() => string | Promise<string>);

/** With what to authenticate. */
export interface AuthenticateOptions {
  /** For HASHEDPASSWORD; by default that method fails. */
  password?: Password | undefined;
  /** The methods that may be tried; default all, COOKIE only where SAFECOOKIE is not on offer. */
  authentication?: readonly AuthenticationMethod[] | undefined;
  /** The cookie's file; default where Tor tells that it is. */
  cookieFile?: string | undefined;
  /** Reads the cookie. */
  runtime: Runtime;
  /** Gives up. */
  signal?: AbortSignal | undefined;
}

/** What is authenticated, and how a fresh connection is had when a failed try has ended one. */
export interface AuthenticateTarget {
  /** The connection to begin on. */
  readonly channel: Channel;
  /** What Tor told of itself, or `undefined` where PROTOCOLINFO was refused. */
  readonly info: ProtocolInfo | undefined;
  /** Opens a fresh connection. */
  readonly reopen: () => Promise<Channel>;
}

/**
 * Authenticates by the best method that is on offer and allowed; where one fails, the next is tried
 * on a fresh connection. Where the server fails to prove that it knows the cookie, nothing more is
 * tried: the other methods would tell it a secret.
 *
 * @param target The connection to begin on, and how to open another.
 * @param options The secrets and where to read them, and which methods may be tried.
 * @returns The channel that is authenticated; the given one, or that which `reopen` opened last.
 * @throws {AuthenticationError} Where no method works; it tells each that was tried and why it failed.
 */
export async function authenticate(
  { channel, info, reopen }: AuthenticateTarget,
  options: AuthenticateOptions,
): Promise<Channel> {
  const attempts: AuthenticationAttempt[] = [];
  try {
    for (const method of candidates(info, options)) {
      try {
        const secret = await readSecret(method, info, options);
        if (channel.isClosed) channel = await reopen();
        await tryMethod(channel, method, secret, options.signal);
        return channel;
      } catch (error) {
        options.signal?.throwIfAborted();
        attempts.push({ method, error });
        if (error instanceof ServerHashError) break;
        // Tor closes the connection after a refusal; what is in its place must not be trusted to.
        if (!(error instanceof LocalFailure)) await channel.close();
      }
    }
  } catch (error) {
    await channel.close();
    throw error;
  }
  await channel.close();
  throw failure(info, attempts.map(unwrap));
}

/** Something failed before anything was sent: the connection is as good as before. */
class LocalFailure extends Error {}

function unwrap({ method, error }: AuthenticationAttempt): AuthenticationAttempt {
  return { method, error: error instanceof LocalFailure ? error.cause : error };
}

function candidates(
  info: ProtocolInfo | undefined,
  { authentication = METHODS, password }: AuthenticateOptions,
): AuthenticationMethod[] {
  // A filter may refuse PROTOCOLINFO: what needs no knowledge of the server can be tried all the same.
  const offered = info?.methods ?? (password === undefined ? ["NULL"] : ["HASHEDPASSWORD", "NULL"]);
  return METHODS.filter((method) =>
    authentication.includes(method) && offered.includes(method) &&
    // COOKIE shows the cookie to the server before that has proved anything: only where a Tor is
    // too old for SAFECOOKIE, or the caller asks for it.
    (method !== "COOKIE" || authentication !== METHODS || !offered.includes("SAFECOOKIE"))
  );
}

async function readSecret(
  method: AuthenticationMethod,
  info: ProtocolInfo | undefined,
  { password, cookieFile = info?.cookieFile, runtime, signal }: AuthenticateOptions,
): Promise<Uint8Array> {
  try {
    if (method === "NULL") return new Uint8Array();
    if (method === "HASHEDPASSWORD") {
      if (password === undefined) {
        throw new AuthenticationError("No password was given (option password)", []);
      }
      return encodeText(typeof password === "string" ? password : await password());
    }
    if (cookieFile === undefined) {
      throw new AuthenticationError("Tor did not tell where its cookie is", []);
    }
    return await readCookieFile(runtime, cookieFile, { signal });
  } catch (error) {
    throw new LocalFailure("Cannot read the secret", { cause: error });
  }
}

async function tryMethod(
  channel: Channel,
  method: AuthenticationMethod,
  secret: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (method === "SAFECOOKIE") return await authenticateSafeCookie(channel, secret, signal);
  // Passwords go as hexadecimal digits too: there nothing needs an escape.
  const args = secret.length === 0 ? [] : [{ secretWord: encodeHex(secret) }];
  await channel.request({ keyword: "AUTHENTICATE", args }, { signal });
}

function failure(
  info: ProtocolInfo | undefined,
  attempts: readonly AuthenticationAttempt[],
): AuthenticationError {
  const offer = info === undefined
    ? "it does not tell which methods it offers"
    : `it offers ${info.methods.join(", ") || "no method"}`;
  const tried = attempts.length === 0
    ? "none of them may be used here"
    : attempts.map(({ method, error }) =>
      `${method}: ${error instanceof Error ? error.message : String(error)}`
    ).join("; ");
  return new AuthenticationError(`Cannot authenticate to Tor: ${offer}; ${tried}`, attempts);
}
