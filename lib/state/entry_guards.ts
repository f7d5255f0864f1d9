import { parseIsoTime, parseServerSpec } from "../codec/events/mod.ts";

/** How Tor can use an entry guard (control-spec, section 3.9: `entry-guards`). */
export type EntryGuardStatus =
  | "up"
  | "never-connected"
  | "down"
  | "unusable"
  | "unlisted"
  | (string & Record<never, never>);

/** One of Tor's entry guards. */
export interface EntryGuard {
  /** The relay's fingerprint: 40 upper-case hex digits. */
  readonly fingerprint: string;
  /** The relay's nickname, where Tor told it. */
  readonly nickname: string | undefined;
  /** How Tor can use it. */
  readonly status: EntryGuardStatus;
  /** Since when it cannot be used, where Tor told it. */
  readonly since: Date | undefined;
}

/**
 * Reads the answer to `GETINFO entry-guards` (control-spec, section 3.9): a relay, a status and perhaps a
 * time on each line. Other lines are skipped.
 */
export function parseEntryGuards(text: string): EntryGuard[] {
  return text.split("\n").flatMap((line) => {
    const [name, status, ...time] = line.split(" ");
    const server = parseServerSpec(name ?? "");
    if (server?.fingerprint === undefined || status === undefined) return [];
    const { fingerprint, nickname } = server;
    return [{ fingerprint, nickname, status, since: parseIsoTime(time.join(" ")) }];
  });
}

/** Whether Tor may use it for a new circuit, as far as it knows. */
export function isUsableGuard({ status }: EntryGuard): boolean {
  return status === "up" || status === "never-connected";
}

/** Those that Tor may use, in its order, but those that it has used before first. */
export function usableGuards(guards: readonly EntryGuard[]): EntryGuard[] {
  const isNew = ({ status }: EntryGuard) => status === "up" ? 0 : 1;
  return guards.filter(isUsableGuard).sort((a, b) => isNew(a) - isNew(b));
}
