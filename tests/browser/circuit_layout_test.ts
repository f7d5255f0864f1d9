import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { layOut } from "../../web/monitor/circuit_layout.ts";
import { type ShownCircuit, ShownCircuits } from "../../web/monitor/shown_circuits.ts";
import type { Circuit, Stream } from "../../web/monitor/wire.ts";

function circuit(id: number, relays: string, more: Partial<Circuit> = {}): Circuit {
  const path = [...relays].map((name) => ({
    fingerprint: name.repeat(40),
    nickname: name,
    country: undefined,
  }));
  const rest = { purpose: "GENERAL", created: undefined, streams: [], conflux: undefined };
  return { id, state: "BUILT", path, ...rest, ...more };
}

function stream(id: number, circuit: number, target: string): Stream {
  const rest = { address: undefined, purpose: undefined, protocol: undefined, source: undefined };
  return { id, state: "SUCCEEDED", target, port: 80, circuit, ...rest };
}

function shown(...circuits: Circuit[]): ShownCircuit[] {
  const all = new ShownCircuits();
  all.reset(circuits);
  return all.all();
}

describe("the layout of the circuits", () => {
  it("has a guard once, between its circuits, and the lines to it side by side", () => {
    const { nodes, lines } = layOut(
      shown(circuit(1, "abc"), circuit(2, "ade"), circuit(3, "bcd")),
      [],
      800,
    );
    const [guard, ...others] = nodes.filter(({ relay }) => relay.nickname === "a");
    assert.deepEqual(others, []);
    assert.deepEqual(guard!.circuits, [1, 2]);
    const [first, second] = lines;
    assert.equal(guard!.y, (first!.points[1]!.y + second!.points[1]!.y) / 2);
    assert.deepEqual([first!.aside, second!.aside, lines[2]!.aside], [-1.5, 1.5, 0]);
  });

  it("has the exit of a Conflux set once, with the streams of both legs", () => {
    const legs = [
      circuit(1, "abx", { conflux: "A", purpose: "CONFLUX_LINKED" }),
      circuit(2, "cdx", { conflux: "A", purpose: "CONFLUX_LINKED" }),
      circuit(3, "cdx"),
    ];
    const { nodes, lines } = layOut(shown(...legs), [
      stream(7, 1, "a.example"),
      stream(8, 2, "b.example"),
    ], 800);
    const exits = nodes.filter(({ relay }) => relay.nickname === "x");
    assert.deepEqual(exits.map(({ circuits }) => circuits.toSorted()).toSorted(), [[1, 2], [3]]);
    const labels = lines.map(({ circuit, label }) => [circuit.id, label]);
    assert.deepEqual(labels.toSorted(), [
      [1, "a.example:80 +1"],
      [2, "a.example:80 +1"],
      [3, "connections"],
    ]);
  });

  it("names the columns by what they are", () => {
    const heads = (relays: string) =>
      layOut(shown(circuit(1, relays)), [], 800).heads.map(({ text }) => text);
    assert.deepEqual(heads("ab"), ["You", "Guard", "Middle", "Exit"]);
    assert.deepEqual(heads("abcde"), ["You", "Guard", "2nd", "3rd", "4th", "5th"]);
  });

  it("names relays and columns as far as there is room", () => {
    const heads = (width: number, relays: string) =>
      layOut(shown(circuit(1, relays)), [], width).heads.map(({ text }) => text);
    assert.deepEqual(heads(330, "abcdefgh"), ["You", ..."12345678"]);
    const { nodes } = layOut(shown(circuit(1, "abcdefgh")), [], 330);
    assert.deepEqual([...new Set(nodes.map(({ label }) => label))], [""]);
  });

  it("labels a line with where its streams go, an address of IPv6 too", () => {
    const [line] = layOut(shown(circuit(1, "abc")), [stream(7, 1, "2001:db8::1")], 800).lines;
    assert.equal(line!.label, "[2001:db8::1]:80");
    assert.ok(line!.carries);
  });

  it("leaves the labels out where there is no room, and what is too much", () => {
    const many = Array.from({ length: 60 }, (_, i) => circuit(i + 1, "abc"));
    const narrow = layOut(shown(...many), [], 330);
    assert.equal(narrow.labelX, undefined);
    assert.equal(narrow.lines.length, 40);
    assert.equal(narrow.left, 20);
    assert.ok(narrow.nodes.every(({ x }) => x > 0 && x < 330));
  });

  it("puts nothing upon something else", () => {
    const path = fc.string({ unit: fc.constantFrom(..."abcdefgh"), maxLength: 5 });
    const one = fc.record({ path, conflux: fc.constantFrom(undefined, "A", "B") });
    fc.assert(fc.property(fc.array(one, { maxLength: 20 }), (all) => {
      const circuits = all.map(({ path, conflux }, i) => circuit(i + 1, path, { conflux }));
      const { nodes, lines } = layOut(shown(...circuits), [], 800);
      const places = nodes.map(({ x, y }) => `${x} ${y}`);
      assert.equal(new Set(places).size, places.length);
      const ends = lines.map(({ end, circuit }) => `${end.y} ${circuit.conflux ?? circuit.id}`);
      const heights = new Map<string, string>();
      for (const end of ends) {
        const [y = "", who = ""] = end.split(" ");
        assert.ok((heights.get(y) ?? who) === who, `${who} and ${heights.get(y)} at ${y}`);
        heights.set(y, who);
      }
    }));
  });
});

describe("the circuits that are shown", () => {
  it("stay for a while after their end, and tell whether they were built", () => {
    const circuits = new ShownCircuits();
    circuits.reset([circuit(1, "abc"), circuit(2, "a", { state: "EXTENDED" }), circuit(3, "abc")]);
    circuits.update([circuit(3, "abc")], 10_000);
    const phases = () => circuits.all().map(({ id, phase }) => [id, phase]);
    assert.deepEqual(phases(), [[1, "closed"], [2, "failed"], [3, "built"]]);
    assert.equal(circuits.expire(13_999), false);
    assert.equal(circuits.expire(14_000), true);
    assert.deepEqual(phases(), [[3, "built"]]);
  });
});
