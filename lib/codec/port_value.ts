import type { Address } from "../runtime/types.ts";
import { formatAddress, parseAddress } from "../util/address.ts";
import { encodeQuoted } from "./quoted.ts";

/** An address as the value of a port option of Tor's, such as `SocksPort`: port 0 is `auto`. */
export function portValue(address: Address): string {
  const parsed = parseAddress(address);
  if ("path" in parsed) return `unix:${encodeQuoted(parsed.path)}`;
  return formatAddress(parsed).replace(/:0$/, ":auto");
}
