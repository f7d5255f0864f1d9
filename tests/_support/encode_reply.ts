import type { ReplyLine } from "../../lib/codec/message.ts";

/** Writes a reply as Tor would: the inverse of what the message decoder does. */
export function encodeReply(lines: readonly ReplyLine[]): string {
  return lines.map(({ code, text, data }, i) => {
    if (data !== undefined) return `${code}+${text}\r\n${encodeDataBlock(data)}`;
    return `${code}${i === lines.length - 1 ? " " : "-"}${text}\r\n`;
  }).join("");
}

/** Writes a data block with its dots stuffed, up to and with the final dot. */
export function encodeDataBlock(data: string): string {
  const lines = data === "" ? [] : data.split("\n");
  return [...lines.map((line) => line.startsWith(".") ? `.${line}` : line), "."]
    .map((line) => `${line}\r\n`).join("");
}
