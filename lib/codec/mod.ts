/** The control protocol's messages as bytes and back: pure, without I/O and without promises. */
export * from "./command.ts";
export * from "./events/mod.ts";
export * from "./keywords.ts";
export * from "./line_decoder.ts";
export * from "./message.ts";
export * from "./message_decoder.ts";
export * from "./quoted.ts";
export * from "./text.ts";
