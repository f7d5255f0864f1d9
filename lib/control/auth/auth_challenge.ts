import { parseWords } from "../../codec/keywords.ts";
import type { Reply } from "../../codec/message.ts";
import { TorError } from "../../errors/mod.ts";
import { decodeHex } from "../../util/hex.ts";

/** What Tor answered to AUTHCHALLENGE (control-spec, section 3.24). */
export interface AuthChallenge {
  /** The proof that the server knows the cookie: 32 bytes. */
  readonly serverHash: Uint8Array;
  /** The server's nonce: 32 bytes. */
  readonly serverNonce: Uint8Array;
}

/**
 * Reads the reply to AUTHCHALLENGE (control-spec, section 3.24).
 *
 * @throws {TorError} Where it has no hash and nonce of 32 bytes each.
 */
export function parseAuthChallenge(reply: Reply): AuthChallenge {
  const { keywords } = parseWords(reply.lines[0]!.text);
  const bytes = (key: string): Uint8Array => {
    const text = keywords.get(key) ?? "";
    if (/^[0-9a-f]{64}$/i.test(text)) return decodeHex(text);
    throw new TorError(`Cannot read the reply to AUTHCHALLENGE: no ${key} of 32 bytes`);
  };
  return { serverHash: bytes("SERVERHASH"), serverNonce: bytes("SERVERNONCE") };
}
