import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { parseEvent } from "../../lib/codec/events/mod.ts";
import { parseRouterStatuses } from "../../lib/codec/router_status.ts";
import { weighFields } from "../../scripts/bench/clients/weigh_fields.ts";
import { buildEvents } from "../../scripts/bench/load_port/events.ts";
import { buildRelays } from "../../scripts/bench/load_port/relays.ts";
import type { ClientName, Row, RuntimeName } from "../../scripts/bench/plan.ts";
import { SOCKS_PLAN } from "../../scripts/bench/plan_socks.ts";
import { formatTable } from "../../scripts/bench/report.ts";
import { median, type Result } from "../../scripts/bench/results.ts";
import { forEachOf } from "../../scripts/bench/socks_clients/for_each_of.ts";
import { measure } from "../../scripts/bench/measure.ts";
import { startSocksBench } from "../../scripts/bench/start_bench.ts";
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

describe("the SOCKS port", () => {
  // Those that need no compilation.
  const runs = SOCKS_PLAN.socks.flatMap(({ rows }) => rows)
    .filter(({ runtime }) => runtime === "Bun" || runtime === "Deno")
    .filter(({ client, runtime }) => client === "ours" || runtime === "Bun");

  it("gives every client what it asks for, to the last byte", async () => {
    await using bench = await startSocksBench("");
    for (const row of runs) {
      const each = Number(row.details?.["each"] ?? 1);
      // As much as one connection, or a few, of each kind.
      const count = each === 1 ? 20 : each;
      const checksum = row.checksum / row.count * count;
      const rate = await measure({ ...row, count, warmup: 0, checksum }, bench.setup);
      assert.ok(rate > 0);
      const wrong = { ...row, count, warmup: 0, checksum: checksum + 1 };
      if (row === runs[0]) await assert.rejects(measure(wrong, bench.setup), /checksum/);
    }
  });
});

describe("forEachOf()", () => {
  it("does all of it, never more at once than it may", async () => {
    let open = 0;
    let most = 0;
    const sum = await forEachOf(60, { parallel: 4, each: 3 }, async () => {
      most = Math.max(most, ++open);
      await Promise.resolve();
      open--;
      return 2;
    });
    assert.deepEqual({ sum, most, open }, { sum: 40, most: 4, open: 0 });
  });
});

describe("formatTable()", () => {
  it("sets each row beside its table's peers, by mode or by the baseline", () => {
    const results = [
      result("ours", "Bun", "one", [30]),
      result("ours", "Node", "two", [8, 2]),
      result("socks", "Bun", "one", [10]),
      result("curl", "C", "base", [20]),
    ];
    const text = formatTable({
      title: "Title",
      unit: "per second",
      scale: 1,
      peers: ["socks", "curl"],
      baseline: "base",
      rows: results.map(({ row }) => row),
    }, results);
    assert.equal(
      text,
      [
        "Title (per second)",
        "                min  median   max     each  / socks  / curl",
        "ours   Bun     30.0    30.0  30.0  33.3 ms     3.00    1.50",
        "ours   Node    2.00    5.00  8.00   200 ms             0.25",
        "socks  Bun     10.0    10.0  10.0   100 ms             0.50",
        "curl   C       20.0    20.0  20.0  50.0 ms",
      ].join("\n"),
    );
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
