import type { ReplyOptions } from "../control/commands/command_base.ts";
import type { ControlConnection } from "../control/connection.ts";
import { ControlReplyError } from "../errors/mod.ts";

/** Asks Tor for one value; `undefined` where an old Tor, or a filter in front of it, does not tell. */
export async function infoOrNone(
  control: ControlConnection,
  key: string,
  options: ReplyOptions = {},
): Promise<string | undefined> {
  try {
    return await control.getInfo(key, options);
  } catch (error) {
    if (error instanceof ControlReplyError) return undefined;
    throw error;
  }
}

/** The number that a value is; `undefined` where it is none, or was not told. */
export function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
