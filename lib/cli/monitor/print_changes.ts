import { abortable } from "../../util/abort.ts";
import type { Cli } from "../cli.ts";
import { formatJson } from "../format_json.ts";
import { type ChangesSource, type MonitorChange, UnreadChanges } from "./unread_changes.ts";

/** Prints all there is, and then each change, as JSON objects of one line, until the user has enough. */
export async function printChanges(
  monitor: ChangesSource,
  cli: Pick<Cli, "print" | "signal">,
): Promise<void> {
  const unread = new UnreadChanges(monitor);
  try {
    for (;;) {
      for (const change of await abortable(unread.take(), cli.signal)) {
        await cli.print(formatJson(objectOf(change), 0));
      }
    }
  } finally {
    unread.close();
  }
}

/** What has a latest state is told all of it again, which may be a list. */
function objectOf([type, news]: MonitorChange): object {
  const isWhole = type === "status" || type === "circuits" || type === "streams";
  return isWhole ? { type, [type]: news } : { type, ...news };
}
