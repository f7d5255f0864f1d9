/** What one run of tests came to. */
export interface TestCounts {
  /** The tests that passed. */
  readonly passed: number;
  /** The tests that failed. */
  readonly failed: number;
  /** The tests that were skipped. */
  readonly skipped: number;
  /** The full name of every test, its suites before it; suites themselves are not tests. */
  readonly names: readonly string[];
}

interface Case {
  readonly name: string;
  result: "passed" | "failed" | "skipped";
}

/**
 * Counts the tests of a JUnit report as Deno, Bun or Node write it. Bun and Node nest suites; Deno
 * lists them beside their tests, as a test whose name is the beginning of others'.
 */
export function parseJunit(xml: string): TestCounts {
  const cases = readCases(xml);
  const suites = new Set(cases.flatMap(({ name }) => suiteNames(name)));
  const tests = cases.filter(({ name }) => !suites.has(name));
  const count = (result: Case["result"]) => tests.filter((test) => test.result === result).length;
  return {
    passed: count("passed"),
    failed: count("failed"),
    skipped: count("skipped"),
    names: tests.map(({ name }) => name),
  };
}

const SEPARATOR = " > ";

/** A comment, a CDATA section or a tag: `/`, name, attributes, `/`. Node leaves `>` in attributes. */
const MARKUP =
  /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<(\/?)(\w+)((?:\s+[\w:.-]+="[^"]*")*)\s*(\/?)>/g;

function readCases(xml: string): Case[] {
  const cases: Case[] = [];
  const path: string[] = [];
  let depth = 0;
  let current: Case | undefined;
  for (const [, closing, tag, attributes = "", selfClosing] of xml.matchAll(MARKUP)) {
    if (tag === undefined) continue;
    const opens = closing === "" && selfClosing === "";
    switch (tag) {
      case "testsuite":
        if (opens) path.push(attribute(attributes, "name"));
        else if (closing !== "") path.pop();
        break;
      case "testcase":
        if (closing === "") {
          current = { name: fullName(path, attributes), result: "passed" };
          cases.push(current);
        }
        break;
      case "failure":
      case "error":
        if (current !== undefined) current.result = "failed";
        break;
      case "skipped":
        if (current !== undefined) current.result = "skipped";
        break;
    }
    depth += opens ? 1 : closing === "" ? 0 : -1;
  }
  if (depth !== 0) throw new SyntaxError("Cannot read the JUnit report: it is cut short");
  return cases;
}

/** The suites before the test's own name; Bun and Deno put a suite for the file around them. */
function fullName(path: readonly string[], attributes: string): string {
  const suites = path.filter((name) => !/\.[jt]s$/.test(name));
  return [...suites, attribute(attributes, "name")].join(SEPARATOR);
}

function suiteNames(name: string): string[] {
  const parts = name.split(SEPARATOR);
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join(SEPARATOR));
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  amp: "&",
};

function attribute(attributes: string, name: string): string {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(attributes)?.[1] ?? "";
  // Twice, since Node 20 escapes the escapes of quotes.
  return unescape(unescape(value));
}

function unescape(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16));
    return ENTITIES[name] ?? whole;
  });
}
