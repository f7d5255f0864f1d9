import { encodeText } from "../codec/text.ts";
import { encodeHex } from "../util/hex.ts";

/** The longest text that a SOCKS port takes as a password (RFC 1929), in bytes. */
const LENGTH_LIMIT = 255;

/**
 * The token that a SOCKS port is sent, of 255 bytes at most: a text of its own for each pair of
 * session and isolation. Where the two together are too long, the isolation is told by its hash.
 *
 * @param session Set before every token of one program, so that no two programs on one Tor share
 * circuits by chance.
 */
export async function isolationToken(session: string, isolation: string): Promise<string> {
  const token = `${session} ${isolation}`;
  const bytes = encodeText(token);
  if (bytes.byteLength <= LENGTH_LIMIT) return token;
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return `${session} sha256 ${encodeHex(new Uint8Array(hash))}`;
}
