import type { MessageLine } from "../message.ts";
import type { EventBase } from "./event.ts";
import { EventArguments } from "./event_arguments.ts";

/** What a directory authority did with a descriptor (control-spec, section 4.1.8: `Action`). */
export type AuthDirAction = "ACCEPTED" | "DROPPED" | "REJECTED" | (string & Record<never, never>);

/** A relay gave a directory authority its descriptor (section 4.1.8); gone since Tor 0.3.2.1. */
export interface AuthDirNewDescsEvent extends EventBase {
  /** The event's name. */
  readonly type: "AUTHDIR_NEWDESCS";
  /** What the authority did with the descriptor. */
  readonly action: AuthDirAction;
  /** Why it did so, for people to read. */
  readonly message: string;
  /** The text of the server descriptor. */
  readonly descriptor: string;
}

/** Parses `AUTHDIR_NEWDESCS` and its data block; `undefined` where there are not three parts. */
export function parseAuthDirNewDescsEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): AuthDirNewDescsEvent | undefined {
  const actionEnd = data?.indexOf("\n") ?? -1;
  const messageEnd = data?.indexOf("\n", actionEnd + 1) ?? -1;
  if (data === undefined || actionEnd < 0 || messageEnd <= actionEnd) return undefined;
  return {
    type: "AUTHDIR_NEWDESCS",
    action: data.slice(0, actionEnd),
    message: data.slice(actionEnd + 1, messageEnd),
    descriptor: data.slice(messageEnd + 1),
    ...new EventArguments(text, 17).left(undefined, rest),
  };
}
