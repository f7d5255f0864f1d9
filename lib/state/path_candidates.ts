import type { PortPolicy } from "../codec/port_policy.ts";
import type { PathConstraint } from "./path_constraints.ts";
import type { ExitRequirements } from "./path_plan.ts";
import type { Router } from "./router.ts";

/** What the relays of a path must be like. */
export interface CandidateOptions {
  /** Whether they must have the flag `Stable`. */
  isStable: boolean;
}

/**
 * What a relay must be like to be in the middle (path-spec, section 2.2): Tor makes no circuit by one that is
 * not `Fast`, or that it has no descriptor of.
 */
export function middleConstraints({ isStable }: CandidateOptions): PathConstraint[] {
  return [
    ...["Running", "Valid", "Fast", ...isStable ? ["Stable"] : []].map(hasFlag),
    { name: "is known to Tor by a descriptor", fits: ({ family }) => family !== undefined },
  ];
}

/** What a relay must be like to be an entry guard of a Tor (guard-spec, section 4.1). */
export function guardConstraints(): PathConstraint[] {
  return [...middleConstraints({ isStable: true }), hasFlag("Guard"), hasFlag("V2Dir")];
}

/** What a relay must be like to be the last. In which country it is, only Tor can tell. */
export function exitConstraints(
  { ports = [], ipv6 = false, flags = [] }: ExitRequirements,
  options: CandidateOptions,
): PathConstraint[] {
  const policyOf = (router: Router) => ipv6 ? router.ipv6Policy : router.policy;
  return [
    ...middleConstraints(options),
    { name: "is without the flag BadExit", fits: ({ flags }) => !flags.has("BadExit") },
    ...(ports.length === 0 ? ["Exit", ...flags] : flags).map(hasFlag),
    {
      name: ipv6 ? "lets connections out over IPv6" : "lets connections out",
      fits: (router) => {
        const policy = policyOf(router);
        return policy !== undefined && acceptsSome(policy);
      },
    },
    ...ports.map((port) => ({
      name: ipv6 ? `accepts port ${port} over IPv6` : `accepts port ${port}`,
      fits: (router: Router) => policyOf(router)!.acceptsPort(port),
    })),
  ];
}

function acceptsSome({ isAccept, ports }: PortPolicy): boolean {
  return isAccept || !ports.some(({ first, last }) => first === 1 && last === 65535);
}

function hasFlag(flag: string): PathConstraint {
  return { name: `has the flag ${flag}`, fits: ({ flags }) => flags.has(flag) };
}
