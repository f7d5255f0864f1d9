import { LineDecoder } from "../codec/line_decoder.ts";
import { decodeText } from "../codec/text.ts";

/** Calls `onLine` with every line of a stream, without its ending, and resolves at the stream's end. */
export async function readLines(
  stream: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<void> {
  const decoder = new LineDecoder();
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    for (const line of decoder.push(value).split("\n").slice(0, -1)) {
      onLine(line.replace(/\r$/, ""));
    }
  }
  const rest = decodeText(decoder.rest);
  if (rest !== "") onLine(rest);
}
