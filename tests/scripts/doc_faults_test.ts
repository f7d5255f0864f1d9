import { after, before, describe, it } from "node:test";
import assert from "node:assert/strict";
import { docFaults } from "../../scripts/docs/doc_faults.ts";
import { runOrThrow } from "../../scripts/support/run.ts";

const EXAMPLE = (title: string, fence = "ts", from = "the-package") =>
  ` * @example ${title}\n * \`\`\`${fence}\n * import { it } from "${from}";\n * it();\n * \`\`\`\n`;

describe("docFaults()", () => {
  let directory: string;

  before(async () => {
    directory = await Deno.makeTempDir({ prefix: "torcon_doc_faults_" });
  });
  after(async () => {
    await Deno.remove(directory, { recursive: true });
  });

  /** What is wrong with a module, each fault without the path. */
  async function faultsOf(source: string): Promise<string[]> {
    const path = `${directory}/module.ts`;
    await Deno.writeTextFile(path, source);
    const json = await runOrThrow(Deno.execPath(), ["doc", "--quiet", "--json", path]);
    const faults = docFaults(JSON.parse(json), {
      packageName: "the-package",
      readSource: (url) => Deno.readTextFileSync(new URL(url)),
    });
    return faults.map((fault) => fault.replace(/^.*module\.ts:\d+: /, ""));
  }

  it("accepts examples of a name, of a member, and of a class above or below", async () => {
    assert.deepEqual(
      await faultsOf(`
/**
 * Adds.
 *
${EXAMPLE("Add")} */
export function add(): number { return 1; }
/** A base. */
export abstract class Base {}
/** One of it. */
export class One extends Base {
  /**
   * Makes one.
   *
   * @throws {TypeError} Always.
   *
${EXAMPLE("Make one").replaceAll(/^/gm, "  ")}   */
  static make(): One {
    throw new TypeError("No");
  }
  private constructor() {
    super();
    throw new TypeError("No");
  }
}
/** One more. */
export class Child extends One {}
/** No example is needed. */
export interface Shape { side: number }
`),
      [],
    );
  });

  it("tells of a class and a function without an example", async () => {
    const source = "/** F. */\nexport function f(): void {}\n/** A. */\nexport class A {}\n" +
      "/** B. */\nexport abstract class B {}\n";
    assert.deepEqual(await faultsOf(source), [
      "f has no @example",
      "A has no @example",
      "B has no @example",
    ]);
  });

  it("tells of examples that have no title, import something else, or are not checked", async () => {
    const documented = (example: string) =>
      `/**\n * F.\n *\n${example} */\nexport function f() {}\n`;
    assert.deepEqual(await faultsOf(documented(EXAMPLE(""))), [
      "f has an @example without a title",
    ]);
    assert.deepEqual(await faultsOf(documented(EXAMPLE("F", "ts", "./mod.ts"))), [
      "f has an @example that does not import the-package",
    ]);
    assert.deepEqual(await faultsOf(documented(EXAMPLE("F", "ts ignore"))), [
      "f has an @example that is not checked",
    ]);
  });

  it("tells of what throws, and does not say so", async () => {
    const source = `
/**
 * F.
 *
${EXAMPLE("F")} */
export function f(value: number): () => void {
  if (value < 0) {
    throw new RangeError("No");
  }
  return () => {
    throw new TypeError("Not at once");
  };
}
/** A. */
export class A {
  /**
   * M.
   *
${EXAMPLE("M").replaceAll(/^/gm, "  ")}   */
  m(): void {
    if (this !== undefined) throw new TypeError("No");
  }
}
`;
    assert.deepEqual(await faultsOf(source), [
      "f throws a RangeError, and has no @throws",
      "A.m() throws a TypeError, and has no @throws",
    ]);
  });
});
