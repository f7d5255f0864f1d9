/// <reference lib="dom" />
import { type CircuitLayout, type CircuitLine, layOut, type Point } from "./circuit_layout.ts";
import { fill, html, svg } from "./dom.ts";
import { purposeText } from "./purposes.ts";
import type { ShownCircuit } from "./shown_circuits.ts";
import type { Stream } from "./wire.ts";

/** Is told which circuit the user looks at, and which one is chosen. */
export interface PictureListener {
  /** A circuit is pointed at, or none any more. */
  look(id: number | undefined): void;
  /** A circuit is chosen: clicked, or by Enter. */
  choose(id: number): void;
}

/** Draws the circuits, from the user by their relays to where they lead. */
export class CircuitPicture {
  readonly #place: HTMLElement;
  readonly #listener: PictureListener;
  #circuits: readonly ShownCircuit[] = [];
  #streams: readonly Stream[] = [];
  #drawn = "";

  /** Draws in `place`, as wide as that is. */
  constructor(place: HTMLElement, listener: PictureListener) {
    this.#place = place;
    this.#listener = listener;
    new ResizeObserver(() => this.#draw()).observe(place);
  }

  /** Shows these. */
  show(circuits: readonly ShownCircuit[], streams: readonly Stream[]): void {
    this.#circuits = circuits;
    this.#streams = streams;
    this.#draw();
  }

  /** Lets one stand out among all. */
  mark(id: number | undefined): void {
    for (const part of this.#place.querySelectorAll("[data-circuits]")) {
      const circuits = part.getAttribute("data-circuits")!.split(" ");
      part.classList.toggle("marked", circuits.includes(String(id)));
    }
    this.#place.classList.toggle("has-marked", id !== undefined);
  }

  #draw(): void {
    const width = Math.floor(this.#place.clientWidth);
    if (width === 0) return;
    if (this.#circuits.length === 0) {
      this.#drawn = "";
      return fill(this.#place, html("p", { class: "empty" }, "Tor has no circuits now."));
    }
    const layout = layOut(this.#circuits, this.#streams, width);
    // What is not drawn anew can be clicked, and goes on moving.
    const text = JSON.stringify(layout);
    if (text === this.#drawn) return;
    this.#drawn = text;
    const focused = this.#place.contains(document.activeElement)
      ? document.activeElement?.getAttribute("data-circuits")
      : undefined;
    const left = layout.left > 0
      ? [html("p", { class: "empty" }, `${layout.left} more are in the table.`)]
      : [];
    fill(this.#place, this.#drawing(layout), ...left);
    if (focused) {
      this.#place.querySelector<SVGElement>(`.circuit[data-circuits="${focused}"]`)?.focus();
    }
  }

  #drawing(layout: CircuitLayout): SVGElement {
    const { width, height, heads, lines, you } = layout;
    return svg(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": "Circuits" },
      ...heads.map(({ x, y, text }) => svg("text", { x, y, class: "head" }, text)),
      ...lines.map((line) => this.#line(line, layout)),
      ...this.#relays(layout),
      svg("circle", { cx: you.x, cy: you.y, r: layout.radius + 3, class: "you" }),
      svg("text", { x: you.x, y: you.y + 4, class: "you-text" }, "you"),
    );
  }

  #line(line: CircuitLine, layout: CircuitLayout): SVGElement {
    const { circuit: { id, phase, purpose }, points, end, label, carries, group } = line;
    const last = points.at(-1) ?? layout.you;
    const path = curve([layout.you, ...points], line.aside);
    const part = svg(
      "g",
      {
        class: `circuit ${group} ${phase}`,
        tabindex: 0,
        role: "button",
        "data-circuits": id,
        "aria-label": `Circuit ${id}, ${phase}, ${purposeText(purpose)}: ${describe(line)}`,
      },
      svg("path", { d: path, class: "line" }),
      svg("path", { d: path, class: "hit" }),
    );
    if (layout.labelX !== undefined) {
      const { labelX } = layout;
      const leader = curve([last, end, { x: labelX - 8, y: end.y }], 0);
      part.append(
        svg("path", { d: leader, class: carries ? "line" : "leader" }),
        svg("path", { d: leader, class: "hit" }),
        svg("text", { x: labelX, y: end.y + 4, class: carries ? "target" : "use" }, label),
      );
    }
    this.#listen(part, id);
    return part;
  }

  #relays({ nodes, radius }: CircuitLayout): SVGElement[] {
    return nodes.map(({ x, y, label, relay, circuits }) => {
      const part = svg(
        "g",
        { class: "relay", "data-circuits": circuits.join(" "), "aria-hidden": "true" },
        svg("circle", { cx: x, cy: y, r: radius }),
        svg("text", { x, y: y + 3.5, class: "country" }, relay.country?.toUpperCase() ?? "·"),
        svg("text", { x, y: y - radius - 5, class: "name" }, label),
      );
      this.#listen(part, circuits[0]!);
      return part;
    });
  }

  #listen(part: SVGElement, id: number): void {
    const look = () => this.#listener.look(id);
    const leave = () => this.#listener.look(undefined);
    part.addEventListener("pointerenter", look);
    part.addEventListener("pointerleave", leave);
    part.addEventListener("focus", look);
    part.addEventListener("blur", leave);
    part.addEventListener("click", () => this.#listener.choose(id));
    part.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.#listener.choose(id);
    });
  }
}

function describe({ circuit: { path }, label }: CircuitLine): string {
  const relays = path.map(({ nickname, fingerprint, country }) =>
    `${nickname ?? fingerprint}${country === undefined ? "" : ` in ${country.toUpperCase()}`}`
  );
  return ["you", ...relays, label].join(", ");
}

/** A line by all points that leaves and reaches each from its side; to the first it goes a little aside. */
function curve(points: readonly Point[], aside: number): string {
  return points.slice(1).map((to, i) => {
    const from = points[i]!;
    const middle = (from.x + to.x) / 2;
    const [y1, y2] = i === 0 ? [from.y + aside, to.y + aside] : [from.y, to.y];
    return `M${from.x} ${y1}C${middle} ${y1} ${middle} ${y2} ${to.x} ${y2}`;
  }).join("");
}
