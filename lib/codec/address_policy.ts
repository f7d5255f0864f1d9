import { ExitPolicy } from "./exit_policy.ts";

/**
 * Whether Tor reads a text as a policy without ports, such as the option `MetricsPortPolicy` has (tor's
 * manual): rules between commas, each an `accept` or `reject` and an address. It is stricter than Tor,
 * and knows no comments, so that what it takes for a policy is one.
 */
export function isAddressPolicy(text: string): boolean {
  const rules = text.split(",").filter((rule) => !/^[ \t]*$/.test(rule)).map(exitRule);
  return ExitPolicy.parse(rules) !== undefined;
}

/** A rule as an exit policy has it, with ports. */
function exitRule(rule: string): string {
  const [, action, target = ""] = /^[ \t]*(\S+)[ \t]+(\S+)[ \t]*$/.exec(rule) ?? [];
  // Tor takes `private` with ports only, and no port 0.
  const hasPorts = target === "private" || /:(?:\*|[1-9][\d-]*)$/.test(target);
  return `${action} ${target}${hasPorts ? "" : ":*"}`;
}
