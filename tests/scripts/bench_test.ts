import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { parseEvent } from "../../lib/codec/events/mod.ts";
import { parseRouterStatuses } from "../../lib/codec/router_status.ts";
import { weighFields } from "../../scripts/bench/clients/weigh_fields.ts";
import { buildEvents } from "../../scripts/bench/load_port/events.ts";
import { buildRelays } from "../../scripts/bench/load_port/relays.ts";
import type { ClientName, Row, RuntimeName } from "../../scripts/bench/plan.ts";
import { median, type Result } from "../../scripts/bench/results.ts";
import { formatTargets } from "../../scripts/bench/targets.ts";

const relays = buildRelays(100);

function result(client: ClientName, runtime: RuntimeName, mode: string, rates: number[]): Result {
  const row: Row = { client, runtime, mode, label: "", count: 1, warmup: 0, checksum: 1 };
  return { row, rates };
}

describe("the load port's data", () => {
  it("is the same in every run", () => {
    assert.deepEqual(buildRelays(100), relays);
    assert.deepEqual(buildEvents(relays, 20), buildEvents(relays, 20));
  });

  it("has events that torcon understands to the last field", () => {
    const block = buildEvents(relays, 20);
    let checksum = 0;
    for (const line of block.lines) {
      assert.match(line, /^650 .*\r\n$/);
      const event = parseEvent(line.slice(4, -2), undefined, []);
      assert.ok(event.type === "CIRC" || event.type === "STREAM", line);
      assert.deepEqual({ ...event.extra }, {}, line);
      checksum += weighFields(event);
    }
    assert.equal(block.lines.length, 20 * 11);
    assert.equal(checksum, block.circuitIds + block.hops + block.fields);
  });

  it("ends every circuit and stream that it begins", () => {
    const alive = new Set<string>();
    for (const line of buildEvents(relays, 200).lines) {
      const [, type, id, status] = line.split(" ");
      if (status === "LAUNCHED" || status === "NEW") alive.add(`${type} ${id}`);
      assert.ok(alive.has(`${type} ${id}`), line);
      if (status === "CLOSED") alive.delete(`${type} ${id}`);
    }
    assert.equal(alive.size, 0);
  });

  it("has relays that torcon understands", () => {
    const text = relays.map(({ status }) => status.replaceAll("\r", "")).join("");
    const parsed = parseRouterStatuses(text);
    assert.deepEqual(
      parsed.map(({ fingerprint, nickname }) => `$${fingerprint}~${nickname}`),
      relays.map(({ longName }) => longName),
    );
    assert.ok(parsed.every(({ extra }) => extra.length === 0));
  });
});

describe("median()", () => {
  it("gives the middle one, or the mean of the middle two", () => {
    assert.equal(median([10, 9, 100]), 10);
    assert.equal(median([10, 1, 4, 100]), 7);
  });
});

describe("formatTargets()", () => {
  it("tells what was reached and what was missed", () => {
    const text = formatTargets([
      result("ours", "Deno", "events", [900, 1000, 5000]),
      result("ours", "Bun", "events", [999]),
      result("txtorcon", "Python", "events-text", [1]),
      result("txtorcon", "Python", "events", [100]),
    ]);
    assert.match(text, /reached on Deno \(10\.0\), MISSED on Bun \(9\.99\)$/);
  });
});
