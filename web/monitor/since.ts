/// <reference lib="dom" />
import { formatDuration } from "../../lib/cli/format.ts";
import { html } from "./dom.ts";

/** The time since a moment, in milliseconds since 1970, which goes on by {@linkcode tick}. */
export function since(moment: number): HTMLElement {
  return html("span", { class: "since", "data-since": moment }, textOf(moment));
}

/** Lets the time go on, wherever it is shown. */
export function tick(): void {
  for (const shown of document.querySelectorAll<HTMLElement>("[data-since]")) {
    const text = textOf(Number(shown.dataset["since"]));
    if (shown.textContent !== text) shown.textContent = text;
  }
}

function textOf(moment: number): string {
  return formatDuration((Date.now() - moment) / 1000);
}
