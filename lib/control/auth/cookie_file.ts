import { AuthenticationError } from "../../errors/mod.ts";
import type { AbortOptions, Runtime } from "../../runtime/types.ts";

/** The length of an authentication cookie in bytes (control-spec, section 3.21). */
export const COOKIE_LENGTH = 32;

/**
 * Reads an authentication cookie. A file that is not a regular one of exactly 32 bytes is refused
 * before it is read: a false Tor could name any file of the user's as its cookie.
 *
 * @param runtime The platform's files.
 * @param path Where Tor says that its cookie is.
 * @param options A `signal` to give up with.
 * @returns The cookie: 32 bytes.
 * @throws {AuthenticationError} Where the file is missing, no regular one, or has another size.
 * @throws {PermissionError} Where it may not be read.
 * @throws {TorError} Where it cannot be read for another reason.
 */
export async function readCookieFile(
  runtime: Runtime,
  path: string,
  options: AbortOptions = {},
): Promise<Uint8Array> {
  const info = await runtime.stat(path);
  if (info === undefined) {
    throw new AuthenticationError(`Cannot find the authentication cookie ${path}`, []);
  }
  if (info.kind !== "file" || info.size !== COOKIE_LENGTH) {
    const found = info.kind === "file" ? `${info.size} bytes` : "no regular file";
    throw new AuthenticationError(
      `Cannot use the authentication cookie ${path}: expected ${COOKIE_LENGTH} bytes, found ${found}`,
      [],
    );
  }
  const cookie = await runtime.readFile(path, options);
  if (cookie.length !== COOKIE_LENGTH) {
    throw new AuthenticationError(`The authentication cookie ${path} changed its size`, []);
  }
  return cookie;
}
