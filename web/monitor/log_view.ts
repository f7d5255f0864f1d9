/// <reference lib="dom" />
import { byId, fill, html } from "./dom.ts";
import type { Line } from "./wire.ts";

/** The most lines that are shown. */
const MOST_LINES = 200;

/** What is shown, by the choice of the user. */
const CHOICES: Readonly<Record<string, readonly Line["severity"][]>> = {
  "everything": ["debug", "info", "notice", "warn", "err", "torcon"],
  "warnings and errors": ["warn", "err"],
  "errors": ["err"],
};

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hourCycle: "h23" });

/** The log, its last line first. */
export class LogView {
  readonly #list: HTMLElement = byId("log");
  readonly #choice: HTMLSelectElement = byId("severity");
  #lines: Line[] = [];

  /** Fills the page's own list. */
  constructor() {
    this.#choice.append(...Object.keys(CHOICES).map((text) => html("option", {}, text)));
    this.#choice.addEventListener("change", () => this.#draw());
  }

  /** Shows other lines. */
  reset(lines: readonly Line[]): void {
    this.#lines = lines.slice(-MOST_LINES);
    this.#draw();
  }

  /** Shows one line more. */
  add(line: Line): void {
    this.reset([...this.#lines, line]);
  }

  #draw(): void {
    const wanted = CHOICES[this.#choice.value]!;
    const lines = this.#lines.filter(({ severity }) => wanted.includes(severity));
    if (lines.length === 0) return fill(this.#list, html("li", { class: "empty" }, "Nothing yet."));
    this.#list.replaceChildren(
      ...lines.reverse().map(({ time, severity, text }) =>
        html(
          "li",
          { class: severity },
          html("time", { datetime: new Date(time).toISOString() }, clock.format(time)),
          html("b", {}, severity),
          html("span", {}, text),
        )
      ),
    );
  }
}
