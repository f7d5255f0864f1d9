import { readFileSync } from "node:fs";
import { encodeDataBlock } from "./encode_reply.ts";

/** A command that was sent to tor 0.4.9.11, and what it answered. */
export interface RecordedReply {
  /** The command. */
  command: string;
  /** The reply's lines, as they came. */
  lines: string[];
  /** The reply's bytes as text. */
  raw: string;
}

/** The replies of tests/data/tor-0.4.9.11-command-replies.txt, where lines stand joined by ` | `. */
export function readRecordedReplies(): RecordedReply[] {
  const url = new URL("../data/tor-0.4.9.11-command-replies.txt", import.meta.url);
  const text = readFileSync(url, "utf8");
  const pairs = text.matchAll(/^> (.+)\n {4}(\d\d\d.*)$/gm);
  return [...pairs].map(([, command, reply]) => {
    const lines = reply!.split(" | ");
    return { command: command!, lines, raw: restuff(lines) };
  });
}

function restuff(lines: readonly string[]): string {
  const plus = lines.findIndex((line) => /^\d\d\d\+/.test(line));
  if (plus < 0) return lines.map((line) => `${line}\r\n`).join("");
  const dot = lines.indexOf(".", plus);
  const data = lines.slice(plus + 1, dot).join("\n");
  const after = lines.slice(dot + 1).map((line) => `${line}\r\n`).join("");
  return `${lines[plus]}\r\n${encodeDataBlock(data)}${after}`;
}
