import type { MonitorSnapshot } from "../snapshot.ts";
import { moveList } from "./list_state.ts";
import type { Row } from "./row.ts";
import { INTERVALS, listOf, type Pane, PANES, type ViewState } from "./view_state.ts";

/** What a key asks for besides another view. */
export type Intent =
  | { readonly kind: "quit" }
  | { readonly kind: "interrupt" }
  | { readonly kind: "newIdentity" }
  | { readonly kind: "close"; readonly what: "circuit" | "stream"; readonly id: number };

/** What is on the screen when a key is pressed. */
export interface PressContext {
  readonly snapshot: MonitorSnapshot;
  /** The rows of the view's list. */
  readonly rows: readonly Row[];
  /** How many rows a page has. */
  readonly page: number;
  /** The furthest that what lies over the view can be scrolled. */
  readonly overlayEnd: number;
}

/** What a key leads to. */
export interface Pressed {
  readonly view: ViewState;
  readonly intent?: Intent;
}

/** How far keys move, in rows, or in pages where it is told so. */
const MOVES: Readonly<Record<string, { readonly by: number; readonly isPages?: boolean }>> = {
  UP: { by: -1 },
  k: { by: -1 },
  DOWN: { by: 1 },
  j: { by: 1 },
  PAGE_UP: { by: -1, isPages: true },
  PAGE_DOWN: { by: 1, isPages: true },
  HOME: { by: -Infinity },
  g: { by: -Infinity },
  END: { by: Infinity },
  G: { by: Infinity },
};

/** By how many views keys go on. */
const TURNS: Readonly<Record<string, number>> = { TAB: 1, RIGHT: 1, l: 1, SHIFT_TAB: -1, LEFT: -1 };

/** What a key, by terminal-kit's name of it, leads to. */
export function press(view: ViewState, key: string, context: PressContext): Pressed {
  const said: ViewState = { ...view, message: undefined };
  if (key === "CTRL_C") return { view: said, intent: { kind: "interrupt" } };
  if (view.overlay !== undefined) return pressOverlay(said, key, context);
  const move = MOVES[key];
  if (move !== undefined) return { view: moved(said, move, context) };
  const turn = TURNS[key];
  if (turn !== undefined) return { view: { ...said, pane: nextOf(PANES, view.pane, turn) } };
  const pane: Pane | undefined = /^[1-4]$/.test(key) ? PANES[Number(key) - 1] : undefined;
  if (pane !== undefined) return { view: { ...said, pane } };
  return pressCommand(said, key, context);
}

function pressCommand(view: ViewState, key: string, { snapshot }: PressContext): Pressed {
  const selected = view[listOf(view.pane)].selected;
  switch (key) {
    case "q":
    case "Q":
      return { view, intent: { kind: "quit" } };
    case "h":
    case "?":
      return { view: { ...view, overlay: { kind: "help", top: 0 } } };
    case "i":
      return { view: { ...view, interval: nextOf(INTERVALS, view.interval, 1) } };
    case "p":
      return { view: { ...view, paused: view.paused === undefined ? snapshot : undefined } };
    case "n":
      return { view, intent: { kind: "newIdentity" } };
    case "ENTER":
    case "KP_ENTER":
      if (selected === undefined) return { view };
      return { view: { ...view, overlay: { kind: "details", item: selected, top: 0 } } };
    case "x":
      if (selected === undefined || selected.kind === "log") return { view };
      return { view: { ...view, overlay: { kind: "confirm", item: selected } } };
    default:
      return { view };
  }
}

function pressOverlay(view: ViewState, key: string, { page, overlayEnd }: PressContext): Pressed {
  const overlay = view.overlay!;
  const back: ViewState = { ...view, overlay: undefined };
  if (overlay.kind === "confirm") {
    const { kind, id } = overlay.item;
    if (key === "y" || key === "Y") {
      return { view: back, intent: { kind: "close", what: kind, id } };
    }
    return { view: { ...back, message: `Left ${kind} ${id} open` } };
  }
  const move = MOVES[key];
  if (move === undefined) return { view: back };
  const top = Math.max(0, Math.min(overlayEnd, overlay.top + move.by * (move.isPages ? page : 1)));
  return { view: { ...view, overlay: { ...overlay, top } } };
}

function moved(
  view: ViewState,
  { by, isPages = false }: { readonly by: number; readonly isPages?: boolean },
  { rows, page }: PressContext,
): ViewState {
  const name = listOf(view.pane);
  const list = moveList(view[name], rows, {
    by: isPages ? by * page : by,
    canFollow: name === "log",
  });
  return { ...view, [name]: list };
}

function nextOf<T>(all: readonly T[], one: T, by: number): T {
  return all[(all.indexOf(one) + by + all.length) % all.length]!;
}
