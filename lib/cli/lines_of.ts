import { LineDecoder } from "../codec/line_decoder.ts";
import { decodeText } from "../codec/text.ts";

/** The lines of what comes in, without their endings. */
export async function* linesOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new LineDecoder();
  for await (const chunk of source) {
    for (const line of decoder.push(chunk).split("\n").slice(0, -1)) yield line.replace(/\r$/, "");
  }
  const rest = decodeText(decoder.rest);
  if (rest !== "") yield rest;
}
