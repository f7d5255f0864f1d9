/// <reference lib="dom" />
import uPlot from "uplot";
import { formatBytes } from "../../lib/cli/format.ts";
import { byId, fill, html } from "./dom.ts";
import { goingOn, plotColumns } from "./samples.ts";
import type { Sample } from "./wire.ts";

/** How many minutes may be shown. */
const RANGES = [1, 5, 15];

/** The most that is kept, in seconds. */
const MOST_SECONDS = 15 * 60;

const HEIGHT = 180;

const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/** The bandwidth of the last minutes. */
export class BandwidthPlot {
  readonly #place: HTMLElement = byId("plot");
  #samples: readonly Sample[] = [];
  #minutes = 1;
  #plot: uPlot | undefined;

  /** Draws in the page's own place, in the colours that the user's system has. */
  constructor() {
    byId("ranges").append(...RANGES.map((minutes) => this.#button(minutes)));
    new ResizeObserver(() => this.#resize()).observe(this.#place);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#plot?.destroy();
      this.#plot = undefined;
      this.#draw();
    });
  }

  /** Shows other seconds. */
  reset(samples: readonly Sample[]): void {
    this.#samples = goingOn(samples).slice(-MOST_SECONDS);
    this.#draw();
  }

  /** Shows one second more. */
  add(sample: Sample): void {
    this.reset([...this.#samples, sample]);
  }

  #button(minutes: number): HTMLButtonElement {
    const button = html(
      "button",
      { type: "button", "aria-pressed": String(minutes === this.#minutes) },
      `${minutes} min`,
    );
    button.addEventListener("click", () => {
      this.#minutes = minutes;
      for (const one of button.parentElement!.children) {
        one.setAttribute("aria-pressed", String(one === button));
      }
      this.#draw();
    });
    return button;
  }

  #resize(): void {
    if (this.#plot === undefined) this.#draw();
    else this.#plot.setSize({ width: this.#place.clientWidth, height: HEIGHT });
  }

  #draw(): void {
    const end = Math.round((this.#samples.at(-1)?.time ?? Date.now()) / 1000);
    const begin = end - 60 * this.#minutes;
    const shown = this.#samples.filter(({ time }) => time / 1000 >= begin - 1);
    this.#tell(shown);
    if (this.#place.clientWidth === 0) return;
    this.#plot ??= makePlot(this.#place);
    this.#plot.setData(plotColumns(shown), false);
    const most = Math.max(1024, ...shown.map(({ read, written }) => Math.max(read, written)));
    this.#plot.batch((plot: uPlot) => {
      plot.setScale("x", { min: begin, max: end });
      plot.setScale("y", { min: 0, max: most * 1.1 });
    });
  }

  #tell(shown: readonly Sample[]): void {
    const rate = (key: "read" | "written", name: string) => {
      const bytes = shown.map((sample) => sample[key]);
      const now = formatRate(bytes.at(-1) ?? 0);
      const most = formatRate(Math.max(0, ...bytes));
      return {
        line: html("p", { class: key }, `${name} `, html("b", {}, now), ` max ${most}`),
        now,
      };
    };
    const [down, up] = [rate("read", "↓ Down"), rate("written", "↑ Up")];
    fill(byId("rates"), down.line, up.line);
    this.#place.setAttribute("aria-label", `Bandwidth: down ${down.now}, up ${up.now}`);
  }
}

function makePlot(place: HTMLElement): uPlot {
  const style = getComputedStyle(place);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: color("--muted"),
    font: "11px system-ui, sans-serif",
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
  };
  const area = (name: string): uPlot.Series => ({
    stroke: color(`--${name}`),
    fill: color(`--${name}-fill`),
    width: 2,
    points: { show: false },
  });
  return new uPlot(
    {
      width: place.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { auto: false }, y: { auto: false } },
      axes: [
        {
          ...axis,
          space: 70,
          size: 28,
          values: (_, times) => times.map((time) => clock.format(time * 1000)),
        },
        {
          ...axis,
          size: 76,
          incrs: Array.from({ length: 40 }, (_, power) => 2 ** power),
          values: (_, rates) => rates.map(formatRate),
        },
      ],
      series: [{}, area("down"), area("up")],
    },
    [[], [], []],
    place,
  );
}

function formatRate(bytes: number): string {
  return `${formatBytes(bytes)}/s`;
}
