import type { TextStyle } from "./line.ts";

/** How a circuit's or a stream's state stands out. */
export function stateStyle(state: string): TextStyle {
  if (state === "BUILT" || state === "SUCCEEDED") return "good";
  return state === "FAILED" || state === "CLOSED" || state === "DETACHED" ? "bad" : "doubtful";
}
