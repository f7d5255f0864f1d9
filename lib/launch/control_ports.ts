import { PathNotFoundError } from "../errors/mod.ts";
import type { AbortOptions, Runtime } from "../runtime/types.ts";
import { abortable, delay } from "../util/abort.ts";

/** Where the control ports of a Tor are. */
export interface ControlPorts {
  /** That on TCP, such as `"127.0.0.1:40123"`; `undefined` where there is none. */
  readonly tcp: string | undefined;
  /** That on a Unix socket, such as `"unix:/tmp/x/control"`; `undefined` where there is none. */
  readonly socket: string | undefined;
}

/** How often it is looked whether Tor has written a file, in milliseconds. */
const POLL_INTERVAL = 20;

/**
 * Tells where the control ports of a Tor are, as soon as they are open.
 *
 * @param file What the option `ControlPortWriteToFile` names.
 */
export async function whenControlPortsOpen(
  runtime: Runtime,
  file: string,
  options: AbortOptions = {},
): Promise<ControlPorts> {
  const text = await whenWritten(runtime, file, { ...options, line: /^(?:UNIX_)?PORT=.+\r?\n/m });
  const path = /^UNIX_PORT=(.+?)\r?$/m.exec(text)?.[1];
  const tcp = /^PORT=(.+?)\r?$/m.exec(text)?.[1];
  return { tcp, socket: path === undefined ? undefined : `unix:${path}` };
}

/** The text of a file, as soon as it is there and has a certain line. */
export async function whenWritten(
  runtime: Runtime,
  path: string,
  { line, signal }: AbortOptions & { line: RegExp },
): Promise<string> {
  for (;;) {
    try {
      const bytes = await abortable(runtime.readFile(path, { signal }), signal);
      const text = new TextDecoder().decode(bytes);
      if (line.test(text)) return text;
    } catch (error) {
      if (!(error instanceof PathNotFoundError)) throw error;
    }
    await delay(POLL_INTERVAL, signal);
  }
}
