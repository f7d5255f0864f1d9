import { TorError } from "../errors/mod.ts";
import { formatAddress, parseAddress } from "../util/address.ts";
import type { Runtime, SocketAddress } from "./types.ts";

/** The room for a Unix socket's path in the system's `sockaddr_un`, less the final NUL. */
const PATH_LIMIT_LINUX = 107;
const PATH_LIMIT_BSD = 103;

/**
 * Refuses an address that the platform cannot use, before the platform sees it: Node cuts a long
 * path of a Unix socket off in silence, and takes one on Windows for a named pipe.
 *
 * @param action What is attempted: `"connect to"` or `"listen on"`.
 * @throws {TypeError | RangeError} Where the address is malformed.
 * @throws {TorError} Where the platform has no such addresses.
 */
export function checkAddress(
  action: string,
  address: SocketAddress,
  { platform }: Pick<Runtime, "platform">,
): SocketAddress {
  const checked = parseAddress(address);
  if (!("path" in checked)) return checked;
  const refused = `Cannot ${action} ${formatAddress(checked)}`;
  if (platform === "win32") {
    throw new TorError(`${refused}: Unix sockets do not work on Windows, use a TCP port instead`);
  }
  const limit = platform === "linux" ? PATH_LIMIT_LINUX : PATH_LIMIT_BSD;
  const size = new TextEncoder().encode(checked.path).byteLength;
  if (size > limit) {
    throw new TorError(`${refused}: its path has ${size} bytes, and ${limit} are the most`);
  }
  return checked;
}
