import { readFileSync } from "node:fs";
import { type DecodedEvent, decodeMessages } from "./decode_messages.ts";

const FILE = new URL("../data/tor-0.4.9.11-event-capture.txt", import.meta.url);

/**
 * The events that tor 0.4.9.11 sent to a controller of a private network, in order, as the message
 * decoder reads them. Lines that begin with `#` hold what was sent, the replies, and notes.
 */
export function recordedEvents(): DecodedEvent[] {
  const lines = readFileSync(FILE, "utf8").split("\n").filter((line) => !line.startsWith("#"));
  return decodeMessages(lines.join("\r\n")).events;
}

/** What the replies in the recording hold: the data block after a line, such as `circuit-status=`. */
export function recordedReplyData(line: string): string[] {
  const lines = readFileSync(FILE, "utf8").split("\n");
  const start = lines.indexOf(`#< 250+${line}`) + 1;
  return lines.slice(start, lines.indexOf("#< .", start)).map((data) => data.slice("#< ".length));
}
