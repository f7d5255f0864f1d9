import type { StreamEndReason } from "../control/commands/stream_commands.ts";
import type { ControlConnection } from "../control/connection.ts";
import { UnrecognizedEntityError } from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import type { Stream } from "./stream.ts";

/** Closes a stream, and waits until Tor says that it is gone. */
export async function closeStream(
  control: ControlConnection,
  stream: Stream,
  { reason, signal }: AbortOptions & { reason: StreamEndReason | number },
): Promise<void> {
  if (stream.isClosed) return;
  const closed = stream.whenClosed({ signal });
  closed.catch(() => {});
  try {
    await control.closeStream(stream.id, reason, { signal });
  } catch (error) {
    // Tor knows a stream no more that it is about to close, and has yet to say so.
    if (!(error instanceof UnrecognizedEntityError)) throw error;
  }
  await closed;
}
