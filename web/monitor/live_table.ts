/// <reference lib="dom" />
import { type Child, fill, html } from "./dom.ts";

/** One row of a {@linkcode LiveTable}. */
export interface LiveRow {
  /** What is in its cells, below the heads. */
  readonly cells: readonly Child[];
  /** What its button is for. */
  readonly action: string;
}

/** How a {@linkcode LiveTable} is made. */
export interface LiveTableOptions<T> {
  /** The heads of the columns. */
  heads: readonly string[];
  /** What is shown of an item. */
  rowOf: (item: T) => LiveRow;
  /** Called when the button of a row is pressed. */
  onAction: (item: T) => void;
  /** What is shown where there are no items. */
  empty: string;
}

/** A table of things with numbers, with a button each. A row that stays as it is is not touched. */
export class LiveTable<T extends { readonly id: number }> {
  readonly #body: HTMLTableSectionElement = html("tbody");
  readonly #options: LiveTableOptions<T>;
  #rows = new Map<number, { text: string; row: HTMLTableRowElement }>();

  /** Fills `table`. */
  constructor(table: HTMLElement, options: LiveTableOptions<T>) {
    this.#options = options;
    const heads = options.heads.map((text) => html("th", { scope: "col" }, text));
    fill(table, html("thead", {}, html("tr", {}, ...heads, html("td"))), this.#body);
  }

  /** Shows these. */
  show(items: readonly T[]): void {
    const focused = document.activeElement?.closest("tr")?.dataset["id"];
    const before = this.#rows;
    this.#rows = new Map(items.map((item) => {
      const text = JSON.stringify(item);
      const old = before.get(item.id);
      return [item.id, old?.text === text ? old : { text, row: this.#row(item) }];
    }));
    const rows = [...this.#rows.values()].map(({ row }) => row);
    const { empty, heads } = this.#options;
    const none = html("tr", {}, html("td", { colspan: heads.length + 1, class: "empty" }, empty));
    const shown = rows.length === 0 ? [none] : rows;
    const isSame = this.#body.children.length === shown.length &&
      shown.every((row, i) => this.#body.children[i] === row);
    if (isSame) return;
    this.#body.replaceChildren(...shown);
    if (focused === undefined) return;
    this.#body.querySelector<HTMLElement>(`[data-id="${focused}"] button`)?.focus();
  }

  #row(item: T): HTMLTableRowElement {
    const { rowOf, onAction, heads } = this.#options;
    const { cells, action } = rowOf(item);
    const button = html("button", { type: "button", "aria-label": action, title: action }, "Close");
    button.addEventListener("click", () => onAction(item));
    return html(
      "tr",
      { "data-id": item.id },
      ...cells.map((cell, i) => html("td", { "data-head": heads[i] }, cell)),
      html("td", { class: "act" }, button),
    );
  }
}
