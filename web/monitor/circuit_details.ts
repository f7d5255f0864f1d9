/// <reference lib="dom" />
import { streamTarget } from "../../lib/cli/stream_target.ts";
import { html } from "./dom.ts";
import { purposeText } from "./purposes.ts";
import type { ShownCircuit } from "./shown_circuits.ts";
import { since } from "./since.ts";
import type { Stream } from "./wire.ts";

/** All that is known of a circuit: its relays with their fingerprints, and its streams. */
export function circuitDetails(
  { id, phase, purpose, created, path }: ShownCircuit,
  streams: readonly Stream[],
): Node[] {
  const targets = streams.filter(({ circuit }) => circuit === id)
    .map(streamTarget);
  return [
    html(
      "p",
      {},
      html("strong", {}, `Circuit ${id}`),
      ` · ${phase} · ${purposeText(purpose)}`,
      ...(created === undefined ? [] : [" · ", since(Date.parse(created))]),
      ...(targets.length === 0 ? [] : [` · carries ${targets.join(", ")}`]),
    ),
    html(
      "ol",
      {},
      ...path.map(({ nickname, country, fingerprint }) =>
        html(
          "li",
          {},
          html("b", {}, nickname ?? "unnamed"),
          country === undefined ? "" : ` ${country.toUpperCase()}`,
          html("code", {}, fingerprint),
        )
      ),
    ),
  ];
}
