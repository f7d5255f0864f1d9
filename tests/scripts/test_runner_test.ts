import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { compareSuites } from "../../scripts/test_runner/compare_suites.ts";
import { parseJunit, type TestCounts } from "../../scripts/test_runner/junit.ts";
import { stepRow, summary, tableHead } from "../../scripts/test_runner/report.ts";
import { judge, notRun, runStep, type StepResult } from "../../scripts/test_runner/run_step.ts";
import { allSteps, needsNetwork, type Step } from "../../scripts/test_runner/steps.ts";

const report = (runner: string) =>
  Deno.readTextFileSync(new URL(`./junit/${runner}.xml`, import.meta.url));

describe("parseJunit()", () => {
  for (const runner of ["deno", "bun", "node"]) {
    it(`counts tests, and not suites, in what ${runner} reports`, () => {
      const counts = parseJunit(report(runner));
      assert.deepEqual([counts.passed, counts.failed, counts.skipped], [4, 1, 1]);
      assert.deepEqual(counts.names.toSorted(), [
        'a "suite" & <more> > inner > a > b',
        'a "suite" & <more> > inner > fails',
        'a "suite" & <more> > is skipped',
        'a "suite" & <more> > passes',
        "inner > passes",
        "stands alone",
      ]);
    });

    it(`refuses what ${runner} wrote only half of`, () => {
      const half = report(runner).slice(0, 700);
      assert.throws(() => parseJunit(half), SyntaxError);
    });
  }
});

describe("judge()", () => {
  const counts: TestCounts = { passed: 3, failed: 0, skipped: 0, names: ["a", "b", "c"] };

  it("takes a step without a report for one test", () => {
    assert.equal(judge(0, "none expected").counts.passed, 1);
    assert.equal(judge(0, "none expected").fault, undefined);
    assert.equal(judge(3, "none expected").counts.passed, 0);
    assert.equal(judge(3, "none expected").fault, "ended with code 3");
  });

  it("takes the counts of a report", () => {
    assert.deepEqual(judge(0, counts), { counts });
    assert.deepEqual(judge(1, { ...counts, failed: 1 }), { counts: { ...counts, failed: 1 } });
  });

  it("finds fault with a crash that no test shows", () => {
    assert.match(judge(1, counts).fault ?? "", /code 1, though no test failed/);
  });

  it("finds fault with a missing report and with one without tests, whatever the code", () => {
    assert.match(judge(0, undefined).fault ?? "", /left no report/);
    assert.match(judge(0, { passed: 0, failed: 0, skipped: 0, names: [] }).fault ?? "", /no test/);
  });
});

describe("allSteps()", () => {
  const all = allSteps({ reports: "/reports" });
  const namesOf = (steps: readonly Step[]) => steps.map(({ name }) => name);

  it("has names and reports that stay apart", async () => {
    const steps = await all;
    assert.equal(new Set(namesOf(steps)).size, steps.length);
    const reports = steps.flatMap(({ report }) => report ?? []);
    assert.equal(new Set(reports).size, reports.length);
  });

  it("runs each folder of shared tests on every runtime, those that wait the longest first", async () => {
    const suites = Map.groupBy((await all).filter(({ suite }) => suite), ({ suite }) => suite!);
    for (const [suite, steps] of suites) {
      assert.deepEqual(namesOf(steps), [`deno/${suite}`, `bun/${suite}`, `node/${suite}`]);
    }
    assert.deepEqual([...suites.keys()].slice(0, 3), ["tor", "onion", "testing"]);
  });

  it("has a step begin behind all that it needs", async () => {
    const names = namesOf(await all);
    for (const { name, needs = [] } of await all) {
      for (const need of needs) assert.ok(names.slice(0, names.indexOf(name)).includes(need), name);
    }
  });

  it("lets those have a network that use one", async () => {
    const networked = namesOf((await all).filter(needsNetwork));
    for (const name of ["deno/leaks", "deno/tor", "bun/tor", "node/tor"] as const) {
      assert.ok(networked.includes(name), name);
    }
    for (const name of ["deno/codec", "node/codec", "npm/build"] as const) {
      assert.ok(!networked.includes(name), name);
    }
  });
});

const shell = (name: Step["name"], script: string): Step => ({
  name,
  command: "sh",
  args: ["-c", script],
});

describe("runStep()", () => {
  const signal = new AbortController().signal;

  it("passes the environment and counts a command that succeeds", async () => {
    const step = shell("check/a", '[ "$GREETING" = hello ]');
    const result = await runStep(step, { env: { GREETING: "hello" }, signal, timeout: 10_000 });
    assert.deepEqual([result.passed, result.failed, result.complaint], [1, 0, ""]);
  });

  it("complains with what a failed command printed, but for what passed", async () => {
    const step = shell("check/a", "echo out; echo 'a > b ... ok (1ms)'; echo err >&2; exit 2");
    const result = await runStep(step, { env: {}, signal, timeout: 10_000 });
    assert.deepEqual([result.passed, result.failed], [0, 1]);
    assert.match(result.complaint, /^check\/a ended with code 2\n/);
    assert.match(result.complaint, /\bout\b/);
    assert.match(result.complaint, /\berr\b/);
    assert.doesNotMatch(result.complaint, /ok/);
  });

  it("ends a step that takes too long, with all that it started", async () => {
    // The sleep holds standard output open: the step is over when it is.
    const step = shell("check/a", "sleep 60 & wait");
    const result = await runStep(step, { env: {}, signal, timeout: 300 });
    assert.equal(result.failed, 1);
    assert.equal(result.complaint, "check/a took longer than 0.3 s");
    assert.ok(result.seconds < 30, `${result.seconds} s`);
  });

  it("ends at once when the run is interrupted", async () => {
    const interrupted = new AbortController();
    const step = shell("check/a", "sleep 60");
    const running = runStep(step, { env: {}, signal: interrupted.signal, timeout: 60_000 });
    interrupted.abort();
    const { failed, seconds } = await running;
    assert.equal(failed, 1);
    assert.ok(seconds < 30, `${seconds} s`);
  });
});

/** A result with so many tests that passed. */
function resultOf(name: Step["name"], names: string[], fields?: Partial<StepResult>): StepResult {
  const step = { ...shell(name, ""), suite: name.replace(/.*\//, "") };
  const counts = { passed: names.length, failed: 0, skipped: 0, names };
  return { step, seconds: 1, complaint: "", ...counts, ...fields };
}

describe("compareSuites()", () => {
  it("finds nothing where all ran the same", () => {
    const results = [
      resultOf("deno/codec", ["s > a", "s > b\\x00"]),
      resultOf("bun/codec", ["s > b", "s > a"]),
      resultOf("node/codec", ["s > a", "s > b\0"]),
      resultOf("deno/util", ["s > c"]),
    ];
    assert.equal(compareSuites(results).size, 0);
  });

  it("complains of each runtime that ran fewer, and names what is missing", () => {
    const full = resultOf("deno/codec", ["on Deno > a", "s > b", "s > b"]);
    const short = resultOf("bun/codec", ["s > b", "on Bun > a"]);
    const none = resultOf("node/codec", ["s > b"]);
    const complaints = compareSuites([full, short, none]);
    assert.deepEqual([...complaints.keys()], [short, none]);
    assert.equal(
      complaints.get(short),
      "bun/codec ran 2 tests where deno/codec ran 3\n  not run: s > b",
    );
    assert.match(complaints.get(none) ?? "", /not run: on Deno > a\n {2}not run: s > b$/);
  });

  it("leaves a suite alone that failed", () => {
    const failed = resultOf("bun/codec", [], { failed: 1 });
    assert.equal(compareSuites([resultOf("deno/codec", ["a"]), failed]).size, 0);
  });
});

describe("the report", () => {
  const results = [
    resultOf("check/fmt", ["a"]),
    resultOf("deno/codec", ["a", "b"], { skipped: 3, seconds: 1.26 }),
    resultOf("deno/util", ["a"], { failed: 4 }),
  ];

  it("has a row for each step", () => {
    assert.deepEqual(tableHead().split(/ +/), ["step", "passed", "failed", "skipped", "seconds"]);
    assert.deepEqual(results.map((result) => stepRow(result).split(/ +/).join(" ")), [
      "check/fmt 1 0 0 1.0",
      "deno/codec 2 0 3 1.3",
      "deno/util 1 4 0 1.0",
    ]);
  });

  it("sums up each runtime and ends on the counts", () => {
    const lines = summary(results, 0).split("\n");
    assert.deepEqual(lines[1]?.split(/ +/), ["check", "1", "0", "0", "1.0"]);
    assert.deepEqual(lines[2]?.split(/ +/), ["deno", "3", "4", "3", "2.3"]);
    assert.equal(lines.at(-1), "4 passed, 4 failed");
    assert.match(summary([], 1), /\n0 passed, 1 failed$/);
  });

  it("counts a step that was left out as failed, and says why", () => {
    const build = resultOf("npm/build", [], { failed: 1 });
    const left = notRun(shell("node/codec", ""), build);
    assert.equal(left.failed, 1);
    assert.equal(left.complaint, "node/codec was not run, since npm/build failed");
  });
});
