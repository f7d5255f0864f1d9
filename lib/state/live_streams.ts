import { parseStreamStatusLine, type StreamEvent } from "../codec/events/mod.ts";
import type { TorError } from "../errors/mod.ts";
import { EndedIds } from "./ended_ids.ts";
import { abandonStream, loseStream, Stream, type StreamContext, updateStream } from "./stream.ts";

/** The streams that Tor has, kept by its events. */
export class LiveStreams {
  readonly #context: StreamContext;
  readonly #streams = new Map<number, Stream>();
  readonly #endedIds = new EndedIds();

  /** There is none yet. */
  constructor(context: StreamContext) {
    this.#context = context;
  }

  /** By number. */
  get byId(): ReadonlyMap<number, Stream> {
    return this.#streams;
  }

  /** Takes in an event, and gives the stream that it is about, where there is one. */
  apply(event: StreamEvent): Stream | undefined {
    const { streamId, status } = event;
    const isOver = status === "CLOSED" || status === "FAILED";
    let stream = this.#streams.get(streamId);
    if (stream === undefined) {
      // A stream that has failed is told of once more when it is closed.
      if (isOver) return undefined;
      if (status === "NEW" || status === "NEWRESOLVE") this.#endedIds.delete(streamId);
      else if (this.#endedIds.has(streamId)) return undefined;
      stream = new Stream(this.#context, streamId);
      this.#streams.set(streamId, stream);
    }
    if (isOver) {
      this.#streams.delete(streamId);
      this.#endedIds.add(streamId);
    }
    updateStream(stream, event);
    return stream;
  }

  /**
   * Takes in the answer to `GETINFO stream-status`.
   *
   * @param isSameTor Whether the streams that are known are streams of this very Tor.
   */
  resync(status: string, { isSameTor }: { isSameTor: boolean }): void {
    const events = status.split("\n").map(parseStreamStatusLine).filter((event) =>
      event !== undefined
    );
    this.#endedIds.clear();
    const present = new Set(isSameTor ? events.map(({ streamId }) => streamId) : []);
    for (const [id, stream] of this.#streams) {
      if (present.has(id)) continue;
      this.#streams.delete(id);
      loseStream(stream);
    }
    for (const event of events) this.apply(event);
  }

  /** Gives up: nothing will be heard any more. */
  abandon(error: TorError): void {
    for (const stream of this.#streams.values()) abandonStream(stream, error);
  }
}
