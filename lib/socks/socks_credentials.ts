import { concatBytes, encodeText } from "../codec/text.ts";

/**
 * What keeps streams apart: Tor puts streams with different credentials on different circuits, and
 * takes any (`IsolateSOCKSAuth`, which is on by default). Give a username with a password, or an
 * isolation token, or neither.
 */
export interface SocksCredentials {
  /**
   * Streams with different tokens never share a circuit: 1 to 255 bytes of UTF-8. It is sent in the
   * format of Tor's socks-extensions, as the password of the username `<torS0X>0`.
   */
  isolation?: string | undefined;
  /** The username (RFC 1929), 1 to 255 bytes of UTF-8. It may not begin with `<torS0X>`. */
  username?: string | undefined;
  /** The password (RFC 1929), 1 to 255 bytes of UTF-8. */
  password?: string | undefined;
}

/** What usernames begin with that mean something to Tor. */
const TOR_PREFIX = "<torS0X>";

/** The username of the format in which the password is an isolation token. */
const ISOLATION_USERNAME = `${TOR_PREFIX}0`;

const FIELD_LIMIT = 255;

/**
 * Writes the message of RFC 1929 for credentials.
 *
 * @returns The message, or `undefined` where there are no credentials.
 * @throws {TypeError} Where both kinds of credentials are given, half of one, or a username that Tor
 * would take for its own.
 * @throws {RangeError} Where a text is empty or longer than 255 bytes.
 */
export function encodeSocksCredentials(
  { isolation, username, password }: SocksCredentials,
): Uint8Array | undefined {
  if (isolation !== undefined) {
    if (username !== undefined || password !== undefined) {
      throw new TypeError("Cannot use an isolation token together with a username or password");
    }
    return encodeLogin(ISOLATION_USERNAME, encodeField(isolation, "isolation token"));
  }
  if (username === undefined && password === undefined) return undefined;
  if (username === undefined || password === undefined) {
    throw new TypeError("Cannot use a SOCKS username without a password, or the other way round");
  }
  if (username.startsWith(TOR_PREFIX)) {
    throw new TypeError(
      `Cannot use a SOCKS username that begins with ${TOR_PREFIX}, which Tor keeps for itself`,
    );
  }
  encodeField(username, "username");
  return encodeLogin(username, encodeField(password, "password"));
}

function encodeLogin(username: string, password: Uint8Array): Uint8Array {
  const name = encodeText(username);
  return concatBytes([
    Uint8Array.of(1, name.length),
    name,
    Uint8Array.of(password.length),
    password,
  ]);
}

/** The text itself is never in the error. */
function encodeField(text: string, what: string): Uint8Array {
  const bytes = encodeText(text);
  if (bytes.length === 0 || bytes.length > FIELD_LIMIT) {
    throw new RangeError(
      `Cannot use a SOCKS ${what} of ${bytes.length} bytes: expected 1 to ${FIELD_LIMIT}`,
    );
  }
  return bytes;
}
