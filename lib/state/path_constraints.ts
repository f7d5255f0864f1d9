import { type PathPosition, PathSelectionError } from "../errors/mod.ts";
import { parseIpAddress } from "../util/ip_address.ts";
import type { Router } from "./router.ts";

/** What a relay must be like to take a place in a path. */
export interface PathConstraint {
  /** What the relay must do, as a sentence goes on: `"accepts port 443"`. */
  readonly name: string;
  /** Whether it does. */
  readonly fits: (router: Router) => boolean;
}

/** What {@linkcode distinctness} asks. */
export interface DistinctnessOptions {
  /** Whether two relays of one network, an IPv4 /16 or an IPv6 /32, must not be in one path. */
  enforceDistinctSubnets: boolean;
  /** Whether two relays are of one family for a reason that they do not tell themselves. */
  areFamily?: ((a: Router, b: Router) => boolean) | undefined;
}

/**
 * What a relay must be like beside the others of its path: none of them, of none of their families, and in
 * none of their networks (path-spec, section 2.2). Where the family is unknown nothing is assumed: the
 * relay does not fit.
 *
 * @param others The others, which may change.
 */
export function distinctness(
  others: readonly Router[],
  { enforceDistinctSubnets, areFamily = () => false }: DistinctnessOptions,
): readonly PathConstraint[] {
  const constraints: PathConstraint[] = [
    { name: "is known to Tor by a descriptor", fits: ({ family }) => family !== undefined },
    { name: "is not in the path already", fits: (router) => !others.includes(router) },
    {
      name: "is of another family than the rest of the path",
      fits: (router) =>
        !others.some((other) => other.isFamilyOf(router) || areFamily(other, router)),
    },
  ];
  if (enforceDistinctSubnets) {
    constraints.push({
      name: "is in another network than the rest of the path (EnforceDistinctSubnets)",
      fits: (router) => !others.some((other) => shareNetwork(other, router)),
    });
  }
  return constraints;
}

/** Whether two relays are in one network: an IPv4 /16 or an IPv6 /32 (path-spec, section 2.2). */
export function shareNetwork(a: Router, b: Router): boolean {
  const networks = networksOf(a);
  return networksOf(b).some((network) => networks.includes(network));
}

/** Whether a relay meets all constraints. */
export function meets(router: Router, constraints: readonly PathConstraint[]): boolean {
  return constraints.every(({ fits }) => fits(router));
}

/**
 * The relays that meet all constraints.
 *
 * @throws {PathSelectionError} Where none does; it tells the first that left none.
 */
export function fittingRouters(
  position: PathPosition,
  routers: readonly Router[],
  constraints: readonly PathConstraint[],
): Router[] {
  const left = constraints.map(() => 0);
  const fitting = routers.filter((router) => {
    const failed = constraints.findIndex(({ fits }, i) => {
      left[i]!++;
      return !fits(router);
    });
    return failed < 0;
  });
  if (fitting.length > 0) return fitting;
  // The last constraint that any relay came to.
  const i = Math.max(0, left.findLastIndex((count) => count > 0));
  const constraint = constraints[i]?.name ?? "is there";
  throw new PathSelectionError({ position, constraint, left: left[i] ?? 0 });
}

function networksOf({ ip, ipv6Addresses }: Router): string[] {
  const networks: string[] = [];
  if (ip !== undefined) networks.push(ip.split(".", 2).join("."));
  for (const { address } of ipv6Addresses) {
    const bytes = parseIpAddress(address);
    if (bytes?.length === 16) networks.push(bytes.subarray(0, 4).join(":"));
  }
  return networks;
}
