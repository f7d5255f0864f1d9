import { encodeText } from "../../../codec/text.ts";
import { explain } from "../../explain.ts";
import { formatJson } from "../../format_json.ts";
import { type ChangesSource, type MonitorChange, UnreadChanges } from "../unread_changes.ts";

/** What one page is told of a monitor, as fast as it reads. */
export class EventReader {
  /** The server-sent events. */
  readonly body: ReadableStream<Uint8Array>;
  readonly #unread: UnreadChanges;

  /** Begins with a whole snapshot. `onGone` is called where the page leaves. */
  constructor(monitor: ChangesSource, { onGone }: { onGone: () => void }) {
    this.#unread = new UnreadChanges(monitor);
    this.body = new ReadableStream<Uint8Array>({
      pull: (controller) => this.#pull(controller),
      cancel: () => {
        this.close();
        onGone();
      },
    }, { highWaterMark: 0 });
  }

  /** Sends a comment where there is nothing else, by which either side finds out whether the other is there. */
  noteTime(): void {
    this.#unread.wake();
  }

  /** Lets go of the monitor. */
  close(): void {
    this.#unread.close();
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      const changes = await this.#unread.take();
      const text = changes.length === 0 ? ":\n\n" : changes.map(formatEvent).join("");
      controller.enqueue(encodeText(text));
    } catch (error) {
      // Tor is gone.
      const { message } = explain(error);
      controller.enqueue(encodeText(`event: ended\ndata: ${formatJson({ message }, 0)}\n\n`));
      controller.close();
    }
  }
}

/** JSON has no line ends of its own, so that all of it is one line. Whoever is lost comes again after a second. */
function formatEvent([type, news]: MonitorChange): string {
  const retry = type === "snapshot" ? "retry: 1000\n" : "";
  return `${retry}event: ${type}\ndata: ${formatJson(news, 0)}\n\n`;
}
