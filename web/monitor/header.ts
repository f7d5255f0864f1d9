/// <reference lib="dom" />
import { formatBytes } from "../../lib/cli/format.ts";
import { byId, type Child, fill, html } from "./dom.ts";
import { since } from "./since.ts";
import type { Status } from "./wire.ts";

/** Shows what Tor is and how far it is. */
export function showHeader(status: Status): void {
  const { version, control, pid, started, bytesRead, bytesWritten } = status;
  const facts: [name: string, value: Child | undefined][] = [
    ["Tor", version],
    ["Running for", started === undefined ? undefined : since(started)],
    ["Received", bytesRead === undefined ? undefined : formatBytes(bytesRead)],
    ["Sent", bytesWritten === undefined ? undefined : formatBytes(bytesWritten)],
    ["Control port", control],
    ["Process", pid === undefined ? undefined : String(pid)],
  ];
  fill(
    byId("facts"),
    ...facts.flatMap(([name, value]) =>
      value === undefined ? [] : [html("div", {}, html("dt", {}, name), html("dd", {}, value))]
    ),
  );
  showHealth(status);
}

/** Shows in a word how Tor is. */
function showHealth({ bootstrap, network }: Status): void {
  const { percent = 0, summary = "", warning } = bootstrap ?? {};
  if (warning !== undefined) setHealth("bad", `${percent} %: ${warning}`);
  else if (network === "down") setHealth("bad", "No network");
  else if (percent === 100) setHealth("good", "Connected");
  else setHealth("busy", `${percent} % ${summary}`);
}

/** Says how it is, in a word and a colour. */
export function setHealth(kind: "good" | "busy" | "bad", text: string): void {
  const health = byId("health");
  health.className = `pill ${kind}`;
  if (health.textContent !== text) fill(health, text);
}
