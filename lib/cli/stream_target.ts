import { formatAddress } from "../util/address.ts";

/** Where a stream goes: `"host:port"`, `"[ipv6]:port"`. */
export function streamTarget(
  { target, port = 0 }: { readonly target: string; readonly port?: number | undefined },
): string {
  return formatAddress({ hostname: target, port });
}
