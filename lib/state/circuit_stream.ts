import type { StreamStatus } from "../codec/events/mod.ts";
import type { StreamEndReason } from "../control/commands/stream_commands.ts";
import type { AbortOptions } from "../runtime/types.ts";
import type { StreamAttributes } from "./stream_attributes.ts";

/** What a circuit knows of a stream on it, which is a {@linkcode Stream}. */
export interface CircuitStream extends StreamAttributes {
  /** What Tor told last, by control-spec's word (section 4.1.2). */
  readonly state: StreamStatus;
  /** Whether it has reached its target. */
  readonly hasSucceeded: boolean;
  /** Whether it is gone. */
  readonly isClosed: boolean;
  /** Resolves when it is gone. */
  whenClosed(options?: AbortOptions): Promise<void>;
  /** Closes it, and resolves when Tor says that it is gone. */
  close(reason?: StreamEndReason | number, options?: AbortOptions): Promise<void>;
}
