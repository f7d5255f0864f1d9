import { type Deferred, deferred } from "../../../util/deferred.ts";
import type { Cli } from "../../cli.ts";
import type { Monitor } from "../monitor.ts";
import type { MonitorSnapshot } from "../snapshot.ts";
import { isAsciiOnly } from "./ascii.ts";
import { settleList } from "./list_state.ts";
import { paneLayout } from "./pane_layout.ts";
import { type Intent, press } from "./press.ts";
import { overlayHeight, overlayText, render, type RenderInput } from "./render.ts";
import { rowsOf } from "./rows_of.ts";
import { Screen } from "./screen.ts";
import { loadTerminalKit, type TerminalKit } from "./terminal_kit.ts";
import { FIRST_VIEW, listOf, type ViewState } from "./view_state.ts";

/** The least time between two frames, in milliseconds. */
const FRAME = 100;

/** Ages grow though nothing happens. */
const TICK = 1000;

/**
 * Shows a monitor on the whole terminal until the user leaves, which resolves, or something ends it, which
 * rejects. The terminal is given back before.
 */
export async function showMonitor(monitor: Monitor, cli: Cli): Promise<void> {
  const kit = await loadTerminalKit();
  cli.signal.throwIfAborted();
  const shown = new ShownMonitor(monitor, { kit, cli });
  // An error that nobody has caught ends the program, and must not leave its screen behind.
  const stop = cli.stdio.onExit(() => shown.close());
  try {
    await Promise.race([cli.untilInterrupted(monitor.ended), shown.left]);
  } finally {
    stop();
    shown.close();
    // What gives the terminal back is written before anything else is.
    await cli.stdio.stdout.write("");
  }
}

/** A monitor on the screen. */
class ShownMonitor {
  readonly #monitor: Monitor;
  readonly #cli: Cli;
  readonly #screen: Screen;
  readonly #left: Deferred<void> = deferred();
  readonly #remove: () => void;
  readonly #tick: ReturnType<typeof setInterval>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStale = false;
  #isDrawing = false;
  #view: ViewState = FIRST_VIEW;

  constructor(monitor: Monitor, { kit, cli }: { kit: TerminalKit; cli: Cli }) {
    this.#monitor = monitor;
    this.#cli = cli;
    this.#screen = new Screen(kit, {
      hasColors: cli.style.hasColors,
      isAsciiOnly: isAsciiOnly(cli.runtime),
      key: (name) => this.#safely(() => this.#press(name)),
      resize: () => this.#drawSoon(),
    });
    const soon = () => this.#drawSoon();
    this.#remove = monitor.addListener({
      status: soon,
      bandwidth: soon,
      circuits: soon,
      streams: soon,
      log: soon,
    });
    this.#tick = setInterval(soon, TICK);
    this.#drawSoon();
  }

  /** Resolves when the user leaves; rejects where it cannot be shown. */
  get left(): Promise<void> {
    return this.#left.promise;
  }

  close(): void {
    this.#remove();
    clearInterval(this.#tick);
    clearTimeout(this.#timer);
    this.#screen.close();
  }

  get #snapshot(): MonitorSnapshot {
    return this.#view.paused ?? this.#monitor.snapshot();
  }

  /** Draws at once, or when the time of the last frame is over and the terminal has taken it. */
  #drawSoon(): void {
    this.#isStale = true;
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    // Of a terminal that is gone this is how one hears.
    this.#drawFrames().catch((error) => this.#left.reject(error));
  }

  async #drawFrames(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      this.#draw();
      const isOver = new Promise((resolve) => this.#timer = setTimeout(resolve, FRAME));
      await Promise.all([this.#cli.stdio.stdout.write(""), isOver]);
    }
    this.#isDrawing = false;
  }

  #draw(): void {
    const input = this.#input();
    this.#settle(input);
    this.#screen.draw(render(this.#view, input));
  }

  #input(): RenderInput {
    const { size } = this.#screen;
    const snapshot = this.#snapshot;
    const now = Date.now();
    return {
      size,
      snapshot,
      now,
      rows: rowsOf(this.#view.pane, snapshot, { columns: size.columns, now }),
      relay: (fingerprint) => this.#monitor.relay(fingerprint),
    };
  }

  #settle({ rows, size }: RenderInput): void {
    const name = listOf(this.#view.pane);
    const height = paneLayout(this.#view.pane, size)?.height ?? 1;
    this.#view = { ...this.#view, [name]: settleList(this.#view[name], rows, height) };
  }

  #press(key: string): void {
    const input = this.#input();
    const { snapshot, rows, size } = input;
    this.#settle(input);
    const { overlay, pane } = this.#view;
    const lines = overlay === undefined || overlay.kind === "confirm"
      ? 0
      : overlayText(overlay, input).lines.length;
    const { view, intent } = press(this.#view, key, {
      snapshot,
      rows,
      page: overlay === undefined ? paneLayout(pane, size)?.height ?? 1 : overlayHeight(size),
      overlayEnd: Math.max(0, lines - overlayHeight(size)),
    });
    this.#view = view;
    if (intent !== undefined) this.#act(intent);
    this.#drawSoon();
  }

  #act(intent: Intent): void {
    switch (intent.kind) {
      case "quit":
        return this.#left.resolve();
      case "interrupt":
        return this.#cli.interrupt();
      case "close": {
        const { what, id } = intent;
        const { signal } = this.#cli;
        const closing = what === "circuit"
          ? this.#monitor.closeCircuit(id, { signal })
          : this.#monitor.closeStream(id, { signal });
        return this.#follow(closing, [`Closing ${what} ${id}`, () => `Closed ${what} ${id}`]);
      }
      case "newIdentity":
        return this.#follow(this.#monitor.newIdentity({ signal: this.#cli.signal }), [
          "Asked for a new identity; Tor takes one on every ten seconds at most",
          ({ delayed }) => {
            const after = delayed < 1000 ? "" : `, after ${Math.round(delayed / 1000)} s`;
            return `Tor has a new identity${after}: new connections use new circuits`;
          },
        ]);
    }
  }

  /** Tells at the foot what is under way, and what has come of it. */
  #follow<T>(work: Promise<T>, [before, after]: [string, (result: T) => string]): void {
    const say = (message: string) => {
      this.#view = { ...this.#view, message };
      this.#drawSoon();
    };
    say(before);
    work.then(
      (result) => say(after(result)),
      (error) => say(error instanceof Error ? error.message : String(error)),
    );
  }

  /** An error while the screen is shown is told when the terminal is given back. */
  #safely(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#left.reject(error);
    }
  }
}
