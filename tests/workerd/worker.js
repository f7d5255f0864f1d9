// A worker that decodes what a control port said, given as the body of a request.
import { detectRuntime, MessageDecoder, OnionServiceKey, parseEvent } from "@torcon/torcon";

export default {
  async fetch(request) {
    const replies = [];
    const events = [];
    const decoder = new MessageDecoder({
      reply: (reply) => replies.push(reply),
      event: (text, data, rest) => events.push(parseEvent(text, data, rest)),
      stray: (line) => {
        throw new Error(`Stray line: ${line}`);
      },
    });
    for await (const chunk of request.body) decoder.push(chunk);

    const adapter = await detectRuntime().then(({ name }) => name, String);
    const { hostname } = OnionServiceKey.generate().address;
    return Response.json({ replies, events, adapter, hostname });
  },
};
