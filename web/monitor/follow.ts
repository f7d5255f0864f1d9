/// <reference lib="dom" />
import type { Circuit, Line, Sample, Snapshot, Status, Stream } from "./wire.ts";

/** What the monitor tells, by the names of its events. */
export interface News {
  snapshot: Snapshot;
  status: Status;
  bandwidth: Sample;
  circuits: readonly Circuit[];
  streams: readonly Stream[];
  log: Line;
  /** Tor is gone, and nothing more will come. */
  ended: { message: string };
}

/** What is done with the news. */
export type NewsHandlers = { readonly [K in keyof News]: (news: News[K]) => void };

/** Follows the monitor; after a lost connection it begins again with a snapshot. */
export function follow(handlers: NewsHandlers, onLost: () => void): void {
  const source = new EventSource("events");
  const listen = <K extends keyof News>(type: K) => {
    source.addEventListener(type, (event: MessageEvent<string>) => {
      if (type === "ended") source.close();
      handlers[type](JSON.parse(event.data));
    });
  };
  for (const type of Object.keys(handlers) as (keyof News)[]) listen(type);
  source.addEventListener("error", onLost);
}
