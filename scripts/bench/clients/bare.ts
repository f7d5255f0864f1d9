/**
 * The least that a program can do on a runtime: read the bytes of a plain socket and count their
 * lines, without looking at what they say.
 */
import { Buffer } from "node:buffer";
import { openBareSocket } from "./bare_socket.ts";
import { type ControlTask, type Measure, runTask } from "./task.ts";

const LINE_FEED = 10;

/** Counts the lines in chunks of bytes. */
class LineCounter {
  #missing = 0;
  #rest = "";
  #reached: () => void = () => {};

  /** Resolves when `count` lines more have come. */
  wait(count: number): Promise<void> {
    this.#missing += count;
    return new Promise((resolve) => this.#reached = resolve);
  }

  /** Counts the line feeds of a chunk. */
  readonly addBytes = (chunk: Uint8Array): void => {
    let lines = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) lines++;
    this.#add(lines);
  };

  /** Makes a string of every line of a chunk, and counts those. */
  readonly addText = (chunk: Uint8Array): void => {
    const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString("latin1");
    const lines = (this.#rest + text).split("\r\n");
    this.#rest = lines.pop() ?? "";
    this.#add(lines.length);
  };

  #add(lines: number): void {
    this.#missing -= lines;
    if (this.#missing === 0) this.#reached();
  }
}

async function open(task: ControlTask): Promise<Measure> {
  const counter = new LineCounter();
  const socket = await openBareSocket(
    task.address,
    task.mode === "events-text" ? counter.addText : counter.addBytes,
  );
  const ask = async (text: string, lines: number): Promise<void> => {
    const answered = counter.wait(lines);
    socket.write(text);
    await answered;
  };
  return async (count) => {
    switch (task.mode) {
      case "events":
      case "events-text":
        await ask(`LOAD ${count}\r\n`, 1 + count);
        break;
      case "status":
        for (let i = 0; i < count; i++) await ask("GETINFO ns/all\r\n", task.statusLines);
        break;
      case "sequential":
        for (let i = 0; i < count; i++) await ask("GETINFO version\r\n", 2);
        break;
      case "pipelined":
        await ask("GETINFO version\r\n".repeat(count), 2 * count);
        break;
    }
    return count;
  };
}

await runTask(open);
