import type { Reply } from "../../codec/message.ts";
import { concatBytes } from "../../codec/text.ts";
import { AuthenticationError } from "../../errors/mod.ts";
import { constantTimeEqual } from "../../util/constant_time_equal.ts";
import { encodeHex } from "../../util/hex.ts";
import type { Channel } from "../channel.ts";
import { type AuthChallenge, parseAuthChallenge } from "./auth_challenge.ts";

const SERVER_KEY = "Tor safe cookie authentication server-to-controller hash";
const CLIENT_KEY = "Tor safe cookie authentication controller-to-server hash";

/** What the two hashes of SAFECOOKIE are made of. */
export interface SafeCookieParts {
  /** The 32 bytes of the cookie file. */
  readonly cookie: Uint8Array;
  /** The nonce that the controller chose. */
  readonly clientNonce: Uint8Array;
  /** The nonce that Tor chose. */
  readonly serverNonce: Uint8Array;
}

/**
 * Computes the HMAC-SHA256 by which a side proves that it knows the cookie (control-spec, section
 * 3.24).
 *
 * @param side Whose proof: Tor is the server, the controller the client.
 * @param parts The cookie and both nonces.
 * @returns The proof: 32 bytes.
 */
export async function safeCookieHash(
  side: "server" | "client",
  { cookie, clientNonce, serverNonce }: SafeCookieParts,
): Promise<Uint8Array<ArrayBuffer>> {
  const secret = new TextEncoder().encode(side === "server" ? SERVER_KEY : CLIENT_KEY);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", secret, algorithm, false, ["sign"]);
  const message = concatBytes([cookie, clientNonce, serverNonce]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, message));
}

/** The peer could not prove that it knows the cookie: nothing secret may be told to it. */
export class ServerHashError extends AuthenticationError {
  /** The class's own name. */
  override name: string = "ServerHashError";
}

/**
 * Authenticates by SAFECOOKIE (control-spec, section 3.24): the server proves first that it knows the
 * cookie, which is itself never sent.
 *
 * @param channel The connection.
 * @param cookie The 32 bytes of the cookie file.
 * @param signal Gives up.
 * @throws {ServerHashError} Where the server's proof is wrong: another program poses as Tor, or the
 * cookie is another Tor's.
 * @throws {ControlReplyError} Where Tor refuses.
 * @throws {DisconnectedError} Where the connection is lost before a reply.
 */
export async function authenticateSafeCookie(
  channel: Channel,
  cookie: Uint8Array,
  signal?: AbortSignal,
): Promise<void> {
  const clientNonce = crypto.getRandomValues(new Uint8Array(32));
  const args = ["SAFECOOKIE", encodeHex(clientNonce)];
  const reply = await channel.request({ keyword: "AUTHCHALLENGE", args }, { signal });
  const { serverHash, serverNonce } = readChallenge(reply);
  const parts = { cookie, clientNonce, serverNonce };
  if (!constantTimeEqual(serverHash, await safeCookieHash("server", parts))) {
    throw new ServerHashError(
      "The server's hash is wrong: it does not know the cookie, so it may not be this Tor at all",
      [],
    );
  }
  const secretWord = encodeHex(await safeCookieHash("client", parts));
  await channel.request({ keyword: "AUTHENTICATE", args: [{ secretWord }] }, { signal });
}

/** What poses as Tor and cannot even answer is told no secret. */
function readChallenge(reply: Reply): AuthChallenge {
  try {
    return parseAuthChallenge(reply);
  } catch (error) {
    throw new ServerHashError((error as Error).message, []);
  }
}
