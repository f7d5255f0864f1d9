import type { Reply } from "../codec/message.ts";
import { LimitExceededError } from "../errors/mod.ts";
import { delay } from "../util/abort.ts";
import { type Deferred, deferred } from "../util/deferred.ts";

/** Above this many characters of unread lines the socket is not read, as long as the reader goes on. */
const HIGH_WATER = 256 * 1024;

/** A reader that takes nothing for so many milliseconds is not waited for any longer. */
const STALLED = 1000;

/** What {@linkcode infoLines} needs of its connection. */
export interface InfoLinesSource {
  /** Sends `GETINFO key`, and gives the pieces of its data to `onData` as they come. */
  request(onData: (piece: string) => void): Promise<Reply>;
  /** Makes the read loop wait. */
  pause(until: Promise<void>): void;
  /** The most characters that may wait unread (the option `replyLimit`). */
  readonly limit: number;
}

/**
 * The lines of one GETINFO value as they come, so that megabytes need not sit in memory: while more
 * than a little waits unread, nothing more is read from the socket. A reader that stalls, since it
 * waits for something that comes over this very connection, does not stop that: for the reply to a
 * command nothing is held back, and after a second without a line taken nothing any more. Then what
 * waits unread grows, up to the limit.
 *
 * @throws {LimitExceededError} Where more waits unread than the limit allows.
 */
export async function* infoLines(key: string, source: InfoLinesSource): AsyncGenerator<string> {
  const pieces: string[] = [];
  let size = 0;
  let taken = 0;
  let failure: LimitExceededError | undefined;
  let abandoned = false;
  let stalled = false;
  let wake: Deferred<void> = deferred();
  let drained: Deferred<void> | undefined;

  const waitForReader = async (until: Deferred<void>) => {
    const stop = new AbortController();
    until.promise.then(() => stop.abort());
    while (!stop.signal.aborted && !stalled) {
      const before = taken;
      await delay(STALLED, stop.signal).catch(() => {});
      stalled = before === taken && !stop.signal.aborted;
    }
  };

  const reply = source.request((piece) => {
    if (abandoned || failure !== undefined) return;
    pieces.push(piece);
    size += piece.length;
    if (size > source.limit) {
      const message = `Cannot keep more than ${source.limit} unread characters (replyLimit)`;
      failure = new LimitExceededError(message, "replyLimit", source.limit);
      pieces.length = 0;
    } else if (size > HIGH_WATER && !stalled) {
      drained ??= deferred();
      source.pause(waitForReader(drained));
    }
    wake.resolve();
  });
  let ended = false;
  const end = () => {
    ended = true;
    wake.resolve();
  };
  reply.then(end, end);

  try {
    for (;;) {
      const piece = pieces.shift();
      if (piece !== undefined) {
        for (const line of piece.slice(0, -1).split("\n")) {
          taken++;
          yield line;
        }
        size -= piece.length;
        if (size <= HIGH_WATER) {
          drained?.resolve();
          drained = undefined;
        }
      } else if (failure !== undefined) {
        throw failure;
      } else if (ended) {
        break;
      } else {
        wake = deferred();
        await wake.promise;
      }
    }
    const line = (await reply).lines.find(({ text }) => text.startsWith(`${key}=`));
    const inline = line?.text.slice(key.length + 1) ?? "";
    if (inline !== "") yield inline;
  } finally {
    abandoned = true;
    drained?.resolve();
  }
}
