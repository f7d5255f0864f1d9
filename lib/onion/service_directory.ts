import type { HiddenServiceRecord } from "../config/hidden_service_record.ts";
import type { Runtime } from "../runtime/types.ts";
import { OnionServiceDirectory } from "./onion_service_directory.ts";

/** The directory of a service that is in Tor's configuration. */
export function serviceDirectory(
  record: HiddenServiceRecord,
  runtime: Runtime,
): OnionServiceDirectory {
  const groupReadable = Boolean(record["HiddenServiceDirGroupReadable"]);
  return new OnionServiceDirectory(String(record["dir"]), { runtime, groupReadable });
}

/**
 * Refuses a path that Tor would take for another, since it runs elsewhere, and gives it in the form that
 * torcon writes.
 *
 * @throws {TypeError} Where it is not absolute.
 */
export function checkPath(path: string): string {
  if (typeof path !== "string" || !/^(?:\/|[A-Za-z]:[\\/])/.test(path) || path.includes("\0")) {
    throw new TypeError(
      `Cannot use ${JSON.stringify(path)} as the directory of an onion service: expected an ` +
        "absolute path",
    );
  }
  if (normal(path) === "" || /(?:^|[\\/])\.\.(?:[\\/]|$)/.test(path)) {
    throw new TypeError(`Cannot use ${path} as the directory of an onion service`);
  }
  return normal(path);
}

/** Whether both are the path of one directory. Links are not followed. */
export function isSamePath(one: unknown, other: string): boolean {
  return normal(String(one)) === normal(other);
}

/** The path without what does not count in it. */
function normal(path: string): string {
  return path.replace(/\/(?:\.?\/)+/g, "/").replace(/(?:\/\.?)+$/, "");
}
