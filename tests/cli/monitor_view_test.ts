import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { CircuitFacts } from "../../lib/cli/commands/circuits.ts";
import type { StreamFacts } from "../../lib/cli/commands/streams.ts";
import type { LogLine, MonitorSnapshot } from "../../lib/cli/monitor/snapshot.ts";
import { isAsciiOnly, toAscii } from "../../lib/cli/monitor/terminal/ascii.ts";
import { pathText, shortAge } from "../../lib/cli/monitor/terminal/circuit_rows.ts";
import { wrapped } from "../../lib/cli/monitor/terminal/details_lines.ts";
import { columnValues, graphLines, niceScale } from "../../lib/cli/monitor/terminal/graph.ts";
import { headerLines } from "../../lib/cli/monitor/terminal/header_lines.ts";
import { fitLine, type Line, lineWidth, narrow } from "../../lib/cli/monitor/terminal/line.ts";
import { moveList, newList, settleList } from "../../lib/cli/monitor/terminal/list_state.ts";
import { press } from "../../lib/cli/monitor/terminal/press.ts";
import { render, type RenderInput } from "../../lib/cli/monitor/terminal/render.ts";
import type { Row } from "../../lib/cli/monitor/terminal/row.ts";
import { rowsOf } from "../../lib/cli/monitor/terminal/rows_of.ts";
import { FIRST_VIEW, PANES, type ViewState } from "../../lib/cli/monitor/terminal/view_state.ts";

const NOW = new Date(2026, 0, 1, 12, 0, 5).getTime();
const FINGERPRINT = "0123456789".repeat(4);

const CIRCUIT: CircuitFacts = {
  id: 7,
  state: "BUILT",
  purpose: "GENERAL",
  created: new Date(NOW - 65_000),
  path: [
    { fingerprint: FINGERPRINT, nickname: "alice", country: "DE" },
    { fingerprint: FINGERPRINT, nickname: "bob", country: undefined },
  ],
  conflux: undefined,
  streams: [9],
};

const STREAM: StreamFacts = {
  id: 9,
  state: "SENTCONNECT",
  target: "www.example",
  port: 443,
  address: undefined,
  circuit: 7,
  purpose: "USER",
  protocol: "SOCKS5",
  source: "127.0.0.1:5000",
};

const LOG: LogLine = { time: NOW, severity: "warn", text: "Something is odd" };

const SNAPSHOT: MonitorSnapshot = {
  status: {
    version: "0.4.9.11",
    control: "127.0.0.1:9051",
    pid: 812,
    started: NOW - 3_700_000,
    bootstrap: { percent: 100, summary: "Done", warning: undefined },
    network: "up",
    bytesRead: 2048,
    bytesWritten: 1024,
  },
  bandwidth: [{ time: NOW, read: 1024, written: 512 }],
  circuits: [CIRCUIT],
  streams: [STREAM],
  log: [LOG],
};

function text(line: Line): string {
  return line.map((span) => span.text).join("").trimEnd();
}

/** The screen's lines as text. */
function screen(
  view: ViewState,
  [columns, rows]: readonly [number, number],
  snapshot: MonitorSnapshot = SNAPSHOT,
): Line[] {
  const input: RenderInput = {
    snapshot,
    size: { columns, rows },
    now: NOW,
    rows: rowsOf(view.pane, snapshot, { columns, now: NOW }),
    relay: () => ({ address: "192.0.2.1:9001", flags: ["Exit", "Fast"], bandwidth: 20 }),
  };
  return render(view, input);
}

/** Presses keys one after the other, and gives the last outcome. */
function keys(names: readonly string[], view: ViewState = FIRST_VIEW) {
  let pressed: ReturnType<typeof press> = { view };
  for (const name of names) {
    const rows = rowsOf(pressed.view.pane, SNAPSHOT, { columns: 80, now: NOW });
    const list = pressed.view.pane === "overview" ? "circuits" : pressed.view.pane;
    const settled = { ...pressed.view, [list]: settleList(pressed.view[list], rows, 5) };
    pressed = press(settled, name, { snapshot: SNAPSHOT, rows, page: 5, overlayEnd: 3 });
  }
  return pressed;
}

describe("the monitor's lines", () => {
  it("let no text of others take a cell too many, or none", () => {
    const cases: [string, string][] = [
      ["relay", "relay"],
      ["Grüße, Привет, α", "Grüße, Привет, α"],
      ["^rred %s ^#", "^rred %s ^#"],
      ["\x1b[2J\x9b", "\\x1b[2J\\x9b"],
      ["你", "\\u{4f60}"],
      ["😀", "\\u{1f600}"],
      ["e\u0301", "e\\u{301}"],
      ["a\u200bb\u00ad", "a\\u{200b}b\\u{ad}"],
      ["\u202e", "\\u202e"],
    ];
    for (const [given, expected] of cases) assert.equal(narrow(given), expected);
    fc.assert(fc.property(fc.string({ unit: "binary" }), (given) => {
      assert.match(narrow(given), /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f]*$/);
    }));
  });

  it("are told in ASCII where the terminal has nothing else", () => {
    const isAscii = (variables: Record<string, string>) =>
      isAsciiOnly({ env: (name) => variables[name] });
    assert.equal(isAscii({ TERM: "xterm" }), false);
    assert.equal(isAscii({ LC_ALL: "", LC_CTYPE: "de_DE.utf8", LANG: "C" }), false);
    for (const name of ["LC_ALL", "LC_CTYPE", "LANG"]) assert.equal(isAscii({ [name]: "C" }), true);
    assert.equal(isAscii({ LANG: "C.UTF-8", TERM: "linux" }), true);
    assert.equal(toAscii("├ ▁█ Grüße, й…"), "| .# Gr??e, ?~");
  });

  it("are cut and filled", () => {
    const line: Line = [{ text: "abc", style: "good" }, { text: "def", style: "bad" }];
    assert.deepEqual([5, 4, 2, 0, 9].map((width) => fitLine(line, width).map((s) => s.text)), [
      ["abc", "d…"],
      ["abc", "…"],
      ["a…"],
      [],
      ["abc", "def", "   "],
    ]);
  });

  it("tell ages in three characters", () => {
    const cases = [[0, "0s"], [59.9, "59s"], [60, "1m"], [3599, "59m"], [86399, "23h"]] as const;
    for (const [seconds, expected] of cases) assert.equal(shortAge(seconds), expected);
    assert.deepEqual([shortAge(172800), shortAge(1e9), shortAge(-5)], ["2d", "99d", "0s"]);
  });

  it("cut nicknames alike where a path is too long", () => {
    const path = ["guardguard", "mid", "exitexitexit"].map((nickname) => ({
      nickname,
      fingerprint: FINGERPRINT,
      country: "US",
    }));
    const whole = "guardguard (US) > mid (US) > exitexitexit (US)";
    assert.equal(pathText(path, whole.length), whole);
    assert.equal(pathText(path, 36), "guard… (US) > mid (US) > exite… (US)");
    assert.equal(pathText(path, 32), "gua… (US) > mid (US) > exi… (US)");
    assert.equal(pathText(path, 24), "guardg… > mid > exitex…");
    assert.equal(pathText(path, 10), "gua… > mi…");
    assert.equal(
      pathText([{ ...path[0]!, nickname: undefined, country: undefined }], 40),
      "$01234567",
    );
  });

  it("break long texts at spaces", () => {
    const lines = (given: string, width: number) => wrapped(given, width).map(text);
    assert.deepEqual(lines("one two three", 7), ["one two", "three"]);
    assert.deepEqual(lines("abcdefgh", 3), ["abc", "def", "gh"]);
    assert.deepEqual(lines("", 3), [""]);
  });

  it("tell what Tor is in as much room as there is", () => {
    const header = (columns: number, status = SNAPSHOT.status, isPaused = false) =>
      headerLines(status, { columns, now: NOW, isPaused }).map(text);
    assert.deepEqual(header(80), [
      "Tor 0.4.9.11  pid 812  up 1 h 1 min  control 127.0.0.1:9051",
      "connected to the network  downloaded 2.0 KiB  uploaded 1.0 KiB",
    ]);
    assert.deepEqual(header(30), ["Tor 0.4.9.11  pid 812", "connected to the network"]);
    const long = { ...SNAPSHOT.status, control: "unix:/a/very/long/path/to/control" };
    assert.match(header(60, long)[0]!, / {2}control …\S*\/control$/);
    const bootstrap = { percent: 45, summary: "Loading", warning: "No \x1b route" };
    assert.match(
      header(80, { ...SNAPSHOT.status, bootstrap })[1]!,
      /^\[####------\] 45 % Loading: No \\x1b route/,
    );
    assert.match(header(80, { ...SNAPSHOT.status, network: "down" })[1]!, /does not reach/);
    assert.match(header(80, SNAPSHOT.status, true)[0]!, /PAUSED/);
  });
});

describe("the monitor's graph", () => {
  const samples = (...reads: number[]) =>
    reads.map((read, i) => ({ time: 60_000 + i * 1000, read, written: 0 }));
  const graph = (reads: number[], columns: number) =>
    graphLines(samples(...reads), {
      title: "Download",
      field: "read",
      interval: 1,
      style: "download",
      columns,
      rows: 4,
    }).map(text);

  it("has bars, a scale, numbers and the time", () => {
    assert.deepEqual(graph([0, 1, 512, 1024, 2048], 38), [
      "Download 2.0K   avg 717    max 2.0K",
      "  2.0 KiB                            █",
      "        0                         ▁▄██",
      "  1 s/col     0:20      0:10",
    ]);
    assert.match(graph([10], 80)[0]!, /^Download 10 B\/s {6}avg 10 B\/s {6}max 10 B\/s$/);
    assert.match(graph([10], 20)[0]!, /^Download 10$/);
    assert.equal(graph([], 40).length, 4);
  });

  it("shows the newest where there are more than columns", () => {
    const values = Array.from({ length: 100 }, (_, i) => i < 90 ? 1024 : 0);
    assert.match(graph(values, 30)[2]!, /^ {8}0 █{10}$/);
  });

  it("has columns of longer times, which stay what they are", () => {
    const wanted = { field: "read", interval: 5 } as const;
    assert.deepEqual(columnValues(samples(5, 5, 10, 0, 0, 7), wanted), [4, 7]);
    assert.deepEqual(columnValues(samples(5, 5, 10, 0, 0, 7, 9), wanted), [4, 8]);
  });

  it("has round numbers for its scale", () => {
    const cases = [[0, 1024], [1025, 2048], [3000, 5 * 1024], [600 * 1024, 1024 ** 2]] as const;
    for (const [bytes, expected] of cases) assert.equal(niceScale(bytes), expected);
  });
});

describe("the monitor's lists", () => {
  const rows = (...ids: number[]): Row[] =>
    ids.map((id) => ({ item: { kind: "circuit", id }, line: () => [] }));

  it("keep what is selected as rows come and go", () => {
    let list = settleList(newList({ follows: false }), rows(1, 2, 3), 2);
    assert.deepEqual([list.index, list.top], [0, 0]);
    list = moveList(list, rows(1, 2, 3), { by: 1, canFollow: false });
    list = settleList(list, rows(0, 1, 2, 3), 2);
    assert.deepEqual([list.selected, list.index, list.top], [{ kind: "circuit", id: 2 }, 2, 1]);
    list = settleList(list, rows(0, 1, 3), 2);
    assert.deepEqual([list.selected, list.index], [{ kind: "circuit", id: 3 }, 2]);
    list = settleList(list, rows(), 2);
    assert.deepEqual([list.selected, list.index, list.top], [undefined, 0, 0]);
  });

  it("follow the end of a log until one moves away from it", () => {
    const all = rows(...Array.from({ length: 10 }, (_, i) => i));
    let list = settleList(newList({ follows: true }), all.slice(0, 5), 3);
    assert.deepEqual([list.index, list.top], [4, 2]);
    list = settleList(list, all, 3);
    assert.deepEqual([list.index, list.top], [9, 7]);
    list = settleList(moveList(list, all, { by: -1, canFollow: true }), all, 3);
    assert.deepEqual([list.index, list.follows], [8, false]);
    list = moveList(list, all, { by: Infinity, canFollow: true });
    assert.deepEqual([list.index, list.follows], [9, true]);
  });
});

describe("the monitor's keys", () => {
  it("change the view", () => {
    const pane = (...names: string[]) => keys(names).view.pane;
    assert.deepEqual(["1", "2", "3", "4"].map((key) => pane(key)), [...PANES]);
    assert.deepEqual([pane("TAB"), pane("LEFT"), pane("SHIFT_TAB", "RIGHT")], [
      "circuits",
      "log",
      "overview",
    ]);
    assert.equal(pane("CTRL_Z", "F1", "ä"), "overview");
    const intervals = [["i"], ["i", "i"], ["i", "i", "i"], ["i", "i", "i", "i"]];
    assert.deepEqual(intervals.map((names) => keys(names).view.interval), [5, 30, 60, 1]);
  });

  it("select, open and close what lies over the view", () => {
    assert.deepEqual(keys(["DOWN"]).view.circuits.selected, { kind: "stream", id: 9 });
    assert.deepEqual(keys(["j", "k"]).view.circuits.selected, { kind: "circuit", id: 7 });
    assert.deepEqual(keys(["END", "HOME"]).view.circuits.index, 0);
    assert.deepEqual(keys(["PAGE_DOWN"]).view.circuits.index, 1);
    assert.deepEqual(keys(["ENTER"]).view.overlay, {
      kind: "details",
      item: { kind: "circuit", id: 7 },
      top: 0,
    });
    const top = (...names: string[]) => (keys(names).view.overlay as { top: number }).top;
    assert.deepEqual([top("h", "DOWN"), top("?", "END"), top("h", "PAGE_DOWN", "UP")], [1, 3, 2]);
    assert.equal(keys(["h", "ESCAPE"]).view.overlay, undefined);
    assert.equal(keys(["4", "x"]).view.overlay, undefined);
  });

  it("close nothing before one says yes", () => {
    const asked = keys(["x"]);
    assert.deepEqual([asked.view.overlay?.kind, asked.intent], ["confirm", undefined]);
    assert.deepEqual(keys(["x", "y"]).intent, { kind: "close", what: "circuit", id: 7 });
    assert.deepEqual(keys(["3", "x", "y"]).intent, { kind: "close", what: "stream", id: 9 });
    for (const key of ["n", "q", "ENTER", " "]) {
      const left = keys(["x", key]);
      assert.deepEqual([left.intent, left.view.overlay], [undefined, undefined]);
    }
  });

  it("leave, interrupt and ask for a new identity", () => {
    assert.deepEqual(keys(["q"]).intent, { kind: "quit" });
    assert.deepEqual(keys(["n"]).intent, { kind: "newIdentity" });
    for (const before of [[], ["h"], ["x"], ["ENTER"]]) {
      assert.deepEqual(keys([...before, "CTRL_C"]).intent, { kind: "interrupt" });
    }
  });

  it("pause and go on", () => {
    assert.equal(keys(["p"]).view.paused, SNAPSHOT);
    assert.equal(keys(["p", "p"]).view.paused, undefined);
  });
});

describe("the monitor's screen", () => {
  it("has the graph, the circuits with their streams, and the log", () => {
    const lines = screen(FIRST_VIEW, [80, 24]).map(text);
    assert.match(lines[2]!, /^Download .* Upload /);
    const tabs = lines.findIndex((line) => line.startsWith(" 1 Overview  2 Circuits (1)"));
    assert.deepEqual(lines.slice(tabs + 1, tabs + 4), [
      "   ID STATE    PURPOSE        AGE PATH",
      "    7 BUILT    GENERAL         1m alice (DE) > bob",
      "      └ 9 SENTCONNECT www.example:443  USER 127.0.0.1:5000",
    ]);
    assert.ok(lines.includes("12:00:05 [warn]   Something is odd"));
    assert.match(lines.at(-1)!, /q quit$/);
  });

  it("has views of their own for streams and the log", () => {
    const streams = screen({ ...FIRST_VIEW, pane: "streams" }, [80, 24]).map(text);
    assert.equal(
      streams[4],
      "    9 SENTCONNECT       7 USER         127.0.0.1:5000        www.example:443",
    );
    const log = screen({ ...FIRST_VIEW, pane: "log" }, [80, 24]).map(text);
    assert.equal(log[3], "12:00:05 [warn]   Something is odd");
    const empty = { ...SNAPSHOT, circuits: [], streams: [], log: [], bandwidth: [] };
    for (const pane of PANES) {
      assert.ok(
        screen({ ...FIRST_VIEW, pane }, [80, 24], empty).map(text).includes("   Nothing yet"),
      );
    }
  });

  it("tells all of a circuit, a stream and a line of the log", () => {
    const details = (...names: string[]) => screen(keys(names).view, [80, 24]).map(text);
    const circuit = details("ENTER");
    assert.match(circuit[3]!, /^ Circuit 7/);
    for (const line of [` fingerprint  ${FINGERPRINT}`, " flags        Exit Fast"]) {
      assert.ok(circuit.includes(line), line);
    }
    assert.ok(circuit.includes(" country      DE"));
    assert.ok(details("3", "ENTER").includes(" target       www.example:443"));
    assert.ok(details("4", "ENTER").includes(" Something is odd"));
    const gone = { ...SNAPSHOT, circuits: [] };
    assert.ok(screen(keys(["ENTER"]).view, [80, 24], gone).map(text).includes(" It is gone"));
  });

  it("marks one row, the view and what has been said", () => {
    const [view] = [keys(["DOWN"]).view];
    const selected = screen(view, [80, 24]).filter((line) =>
      line.some((s) => s.style === "selected")
    );
    assert.equal(selected.length, 2);
    assert.match(text(selected[1]!), /└ 9/);
    const said = screen({ ...FIRST_VIEW, message: "It \x1b failed" }, [80, 24]).at(-1)!;
    assert.equal(text(said), " It \\x1b failed");
    assert.match(text(screen(keys(["x"]).view, [80, 24]).at(-1)!), /^ Close circuit 7\? y\/n$/);
  });

  it("fills every size with lines of its width, whatever it shows", () => {
    const snapshots = [SNAPSHOT, {
      ...SNAPSHOT,
      circuits: Array.from({ length: 300 }, (_, id) => ({ ...CIRCUIT, id, streams: [] })),
      log: Array.from({ length: 200 }, () => LOG),
      bandwidth: Array.from({ length: 900 }, (_, i) => ({ time: i, read: i, written: i * i })),
    }];
    const views = [["1"], ["2"], ["3"], ["4"], ["h"], ["ENTER"], ["x"], ["p"], ["i"]];
    fc.assert(fc.property(
      fc.constantFrom(...snapshots),
      fc.constantFrom(...views),
      fc.integer({ min: 1, max: 250 }),
      fc.integer({ min: 1, max: 80 }),
      (snapshot, names, columns, rows) => {
        const lines = screen(keys(names).view, [columns, rows], snapshot);
        assert.equal(lines.length, rows);
        for (const line of lines) assert.equal(lineWidth(line), columns);
      },
    ));
    assert.match(text(screen(FIRST_VIEW, [20, 5])[0]!), /^Too small: 20x5$/);
    for (const columns of [30, 60, 80]) {
      assert.match(text(screen(FIRST_VIEW, [columns, 10])[9]!), /h help {2}q quit$/);
    }
  });
});
