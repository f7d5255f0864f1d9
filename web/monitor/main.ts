/// <reference lib="dom" />
import { streamTarget } from "../../lib/cli/stream_target.ts";
import { BandwidthPlot } from "./bandwidth_plot.ts";
import { circuitDetails } from "./circuit_details.ts";
import { CircuitPicture } from "./circuit_picture.ts";
import { byId, fill, html } from "./dom.ts";
import { follow, type Loss } from "./follow.ts";
import { setHealth, showHeader } from "./header.ts";
import { LiveTable } from "./live_table.ts";
import { LogView } from "./log_view.ts";
import { GROUPS, purposeText } from "./purposes.ts";
import { type ShownCircuit, ShownCircuits } from "./shown_circuits.ts";
import { since, tick } from "./since.ts";
import { confirmed, notify, steer } from "./steer.ts";
import type { Circuit, Snapshot, Status, Stream } from "./wire.ts";

const HINT = "Point at a circuit, or go to it by Tab, to see its relays. Click to keep it.";

/** What became of the monitor, where it tells nothing any more. */
const LOSSES: Readonly<Record<Loss, string>> = {
  silent: "The monitor does not answer any more.",
  crowded: "Too many pages follow this monitor: close another, and load this one again.",
  replaced: "The monitor has ended. The one that runs here now has printed an address of its own.",
};
const BELOW = "Below is what was told last.";

const shown = new ShownCircuits();
let all: readonly ShownCircuit[] = [];
let streams: readonly Stream[] = [];
let status: Status | undefined;
let looked: number | undefined;
let chosen: number | undefined;

const plot = new BandwidthPlot();
const log = new LogView();
const picture = new CircuitPicture(byId("picture"), {
  look: (id) => {
    looked = id;
    showDetails();
  },
  choose: (id) => {
    chosen = chosen === id ? undefined : id;
    showDetails();
  },
});
const circuitTable = new LiveTable<Circuit>(byId("circuits"), {
  heads: ["No.", "State", "For", "Age", "Relays", "Streams"],
  empty: "Tor has no circuits now.",
  rowOf: ({ id, state, purpose, created, path, streams }) => ({
    cells: [
      String(id),
      state.toLowerCase().replaceAll("_", " "),
      purposeText(purpose),
      created === undefined ? "–" : since(Date.parse(created)),
      path.map(({ nickname, fingerprint, country }) =>
        `${nickname ?? `$${fingerprint}`}${
          country === undefined ? "" : ` (${country.toUpperCase()})`
        }`
      ).join(" › ") || "–",
      String(streams.length || "–"),
    ],
    action: `Close circuit ${id}`,
  }),
  onAction: ({ id, streams }) => void closeCircuit(id, streams.length),
});
const streamTable = new LiveTable<Stream>(byId("streams"), {
  heads: ["No.", "State", "Target", "Circuit"],
  empty: "Nothing goes through Tor now.",
  rowOf: (stream) => ({
    cells: [
      String(stream.id),
      stream.state === "SUCCEEDED" ? "open" : stream.state.toLowerCase(),
      streamTarget(stream),
      String(stream.circuit ?? "–"),
    ],
    action: `Close stream ${stream.id}`,
  }),
  onAction: (stream) => void closeStream(stream),
});

async function closeCircuit(id: number, carried: number): Promise<void> {
  const end = carried === 0 ? "" : ` What it carries is cut off: ${carried} stream(s).`;
  if (!await confirmed(`Close circuit ${id}?${end}`, "Close circuit")) return;
  await steer("close-circuit", { id }, `Circuit ${id} is closed`);
}

async function closeStream(stream: Stream): Promise<void> {
  const { id } = stream;
  if (!await confirmed(`Close stream ${id} to ${streamTarget(stream)}?`, "Close stream")) return;
  await steer("close-stream", { id }, `Stream ${id} is closed`);
}

async function renew(): Promise<void> {
  const button = byId<HTMLButtonElement>("new-identity");
  if (button.getAttribute("aria-disabled") === "true") return;
  // It keeps the keyboard's place, which a button that is disabled does not.
  button.setAttribute("aria-disabled", "true");
  notify("Waiting for Tor, which takes on a new identity every ten seconds at most");
  await steer("new-identity", {}, "New connections will look like another user's");
  button.removeAttribute("aria-disabled");
}

function showDetails(): void {
  const find = (id: number | undefined) => all.find((one) => one.id === id);
  // What was looked at may be gone.
  const circuit = find(looked) ?? find(chosen);
  picture.mark(circuit?.id);
  const hint = all.length === 0 ? [] : [html("p", { class: "empty" }, HINT)];
  fill(byId("details"), ...circuit === undefined ? hint : circuitDetails(circuit, streams));
}

function showCircuits(): void {
  all = shown.all();
  const open = all.filter(({ phase }) => phase === "built" || phase === "building");
  picture.show(all, streams);
  circuitTable.show(open);
  fill(byId("circuit-count"), String(open.length));
  showDetails();
}

function showStreams(): void {
  streamTable.show(streams);
  fill(byId("stream-count"), String(streams.length));
}

function showStatus(news: Status): void {
  status = news;
  showHeader(news);
}

function showAll({ status, bandwidth, circuits, streams: news, log: lines }: Snapshot): void {
  warn(undefined);
  showStatus(status);
  plot.reset(bandwidth);
  streams = news;
  shown.reset(circuits);
  showStreams();
  showCircuits();
  log.reset(lines);
}

/** Says above all else what is wrong; nothing where all is well. */
function warn(text: string | undefined): void {
  const banner = byId("banner");
  banner.hidden = text === undefined;
  fill(banner, text ?? "");
  document.body.classList.toggle("stale", text !== undefined);
}

fill(
  byId("legend"),
  ...Object.entries(GROUPS).map(([group, text]) => html("li", { class: group }, text)),
);
byId("new-identity").addEventListener("click", () => void renew());
addEventListener("keydown", ({ key }) => {
  if (key !== "Escape" || chosen === undefined) return;
  chosen = undefined;
  showDetails();
});
setInterval(() => {
  tick();
  if (shown.expire(performance.now())) showCircuits();
}, 1000);
showDetails();

follow({
  snapshot: showAll,
  status: showStatus,
  bandwidth: (sample) => {
    plot.add(sample);
    if (status === undefined) return;
    const { bytesRead, bytesWritten } = status;
    showStatus({
      ...status,
      bytesRead: bytesRead === undefined ? undefined : bytesRead + sample.read,
      bytesWritten: bytesWritten === undefined ? undefined : bytesWritten + sample.written,
    });
  },
  circuits: (circuits) => {
    shown.update(circuits, performance.now());
    showCircuits();
  },
  streams: (news) => {
    streams = news;
    showStreams();
    showCircuits();
  },
  log: (line) => log.add(line),
  ended: ({ message }) => {
    setHealth("bad", "No Tor");
    warn(`Tor tells nothing any more: ${message}. ${BELOW}`);
  },
}, (why) => {
  setHealth("bad", "No monitor");
  warn(`${LOSSES[why]} ${BELOW}`);
});
