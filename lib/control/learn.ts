import { ControlReplyError } from "../errors/mod.ts";
import type { Channel } from "./channel.ts";

/** What a connection asks of a Tor before it is ready. */
export interface TorFacts {
  /** The events that Tor knows; `undefined` where a filter hides them. */
  readonly eventNames: ReadonlySet<string> | undefined;
  /** Tor's version; `undefined` where a filter hides it. */
  readonly torVersion: string | undefined;
}

/**
 * Asks in one round trip for what a connection needs to know.
 *
 * @param torVersion Tor's version where it is known already.
 */
export async function learn(
  channel: Channel,
  torVersion: string | undefined,
  signal: AbortSignal | undefined,
): Promise<TorFacts> {
  const [names, version] = await Promise.all([
    ask(channel, "events/names", signal),
    torVersion ?? ask(channel, "version", signal),
  ]);
  return {
    eventNames: names === undefined ? undefined : new Set(names.split(" ")),
    torVersion: version,
  };
}

async function ask(
  channel: Channel,
  key: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  try {
    const { lines } = await channel.request({ keyword: "GETINFO", args: [key] }, { signal });
    return lines[0]?.text.slice(key.length + 1);
  } catch (error) {
    if (error instanceof ControlReplyError) return undefined;
    throw error;
  }
}
