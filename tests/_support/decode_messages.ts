import type { MessageLine, Reply } from "../../lib/codec/message.ts";
import { MessageDecoder, type MessageDecoderOptions } from "../../lib/codec/message_decoder.ts";
import { encodeText } from "../../lib/codec/text.ts";

/** An event as the decoder tells it. */
export interface DecodedEvent {
  /** The first line. */
  text: string;
  /** Its data block. */
  data: string | undefined;
  /** The further lines. */
  rest: readonly MessageLine[];
}

/** All that a decoder told. */
export interface Decoded {
  /** The replies. */
  replies: Reply[];
  /** The events. */
  events: DecodedEvent[];
  /** The lines that are part of nothing. */
  strays: string[];
}

/** Feeds chunks to a fresh decoder and collects what it tells. */
export function decodeChunks(
  chunks: Iterable<Uint8Array>,
  options?: MessageDecoderOptions,
): Decoded {
  const decoded: Decoded = { replies: [], events: [], strays: [] };
  const decoder = new MessageDecoder({
    reply: (reply) => decoded.replies.push(reply),
    event: (text, data, rest) => decoded.events.push({ text, data, rest }),
    stray: (line) => decoded.strays.push(line),
  }, options);
  for (const chunk of chunks) decoder.push(chunk);
  return decoded;
}

/** Decodes a text in one piece. */
export function decodeMessages(text: string, options?: MessageDecoderOptions): Decoded {
  return decodeChunks([encodeText(text)], options);
}

/** The bytes cut in two at `position`. */
export function cut(bytes: Uint8Array, position: number): Uint8Array[] {
  return [bytes.slice(0, position), bytes.slice(position)];
}
