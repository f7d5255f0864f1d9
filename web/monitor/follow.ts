/// <reference lib="dom" />
import type { MonitorNews } from "../../lib/cli/monitor/unread_changes.ts";
import type { Wire } from "./wire.ts";

/** What the monitor tells, by the names of its events. */
export interface News extends Wire<MonitorNews> {
  /** Tor is gone, and nothing more will come. */
  readonly ended: { readonly message: string };
}

/** What is done with the news. */
export type NewsHandlers = { readonly [K in keyof News]: (news: News[K]) => void };

/** Why nothing is told: nobody answers, or whoever does has no room for this page, or does not know it. */
export type Loss = "silent" | "crowded" | "replaced";

/** Follows the monitor; after a lost connection it begins again with a snapshot. */
export function follow(handlers: NewsHandlers, onLost: (why: Loss) => void): void {
  const source = new EventSource("events");
  const listen = <K extends keyof News>(type: K) => {
    source.addEventListener(type, (event: MessageEvent<string>) => {
      if (type === "ended") source.close();
      handlers[type](JSON.parse(event.data));
    });
  };
  for (const type of Object.keys(handlers) as (keyof News)[]) listen(type);
  source.addEventListener("error", async () => {
    onLost(source.readyState === EventSource.CLOSED ? await whyRefused() : "silent");
  });
}

/** A browser does not say by what status it was refused: the page itself has an answer. */
async function whyRefused(): Promise<Loss> {
  try {
    const { ok } = await fetch("");
    return ok ? "crowded" : "replaced";
  } catch {
    return "silent";
  }
}
