import type { MessageLine } from "../message.ts";
import type { EventBase } from "./event.ts";
import { EventArguments } from "./event_arguments.ts";

/** Why the timeout was set (control-spec, section 4.1.16: `Type`). */
export type BuildTimeoutType =
  | "COMPUTED"
  | "RESET"
  | "SUSPENDED"
  | "DISCARD"
  | "RESUME"
  | (string & Record<never, never>);

/** Tor set how long it waits for a circuit to be built (control-spec, section 4.1.16). */
export interface BuildTimeoutSetEvent extends EventBase {
  /** The event's name. */
  readonly type: "BUILDTIMEOUT_SET";
  /** Why the timeout was set. */
  readonly timeoutType: BuildTimeoutType;
  /** How many build times it is computed from. */
  readonly totalTimes: number | undefined;
  /** The timeout, in milliseconds. */
  readonly timeoutMs: number | undefined;
  /** The Pareto distribution's parameter Xm, in milliseconds. */
  readonly xm: number | undefined;
  /** The Pareto distribution's parameter alpha. */
  readonly alpha: number | undefined;
  /** The quantile at which the timeout cuts the distribution, 0 to 1. */
  readonly cutoffQuantile: number | undefined;
  /** The ratio of circuits that time out, 0 to 1. */
  readonly timeoutRate: number | undefined;
  /** How long circuits are kept for measurement, in milliseconds. */
  readonly closeMs: number | undefined;
  /** The ratio of circuits that are closed while they are measured, 0 to 1. */
  readonly closeRate: number | undefined;
}

/** Parses `BUILDTIMEOUT_SET ...`; `undefined` where its type is missing. */
export function parseBuildTimeoutSetEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): BuildTimeoutSetEvent | undefined {
  const args = new EventArguments(text, 17);
  const timeoutType = args.word();
  if (timeoutType === undefined) return undefined;
  return {
    type: "BUILDTIMEOUT_SET",
    timeoutType,
    totalTimes: args.count("TOTAL_TIMES"),
    timeoutMs: args.count("TIMEOUT_MS"),
    xm: args.count("XM"),
    alpha: args.number("ALPHA"),
    cutoffQuantile: args.number("CUTOFF_QUANTILE"),
    timeoutRate: args.number("TIMEOUT_RATE"),
    closeMs: args.count("CLOSE_MS"),
    closeRate: args.number("CLOSE_RATE"),
    ...args.left(data, rest),
  };
}
