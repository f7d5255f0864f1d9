import { permissionsOf, SINGLE_RUNTIME_FOLDERS } from "./permissions.ts";

/** One part of the test run. */
export interface Step {
  /** Its name: the group, and what it checks or tests. */
  readonly name: `${Group}/${string}`;
  /** The program; `undefined` for the step that waits for the private network. */
  readonly command: string | undefined;
  /** The program's arguments. */
  readonly args: readonly string[];
  /** The directory to run it in; by default the project's root. */
  readonly cwd?: string;
  /** The JUnit report that it writes; a step without one counts as one test. */
  readonly report?: string;
  /** The folder of shared tests that it runs, which must come out alike on every runtime. */
  readonly suite?: string;
  /** The steps that must have succeeded before. */
  readonly needs?: readonly Step["name"][];
}

/** What a step belongs to: the static checks, the package, Tor, or a runtime. */
export type Group = "check" | "npm" | "tor" | "deno" | "bun" | "node";

/** The static checks: tasks of deno.json. */
const CHECKS = ["fmt", "lint", "types", "doc", "layers", "publish"];

const BUILD = "npm/build";
const NETWORK = "tor/network";

/** What tests import that use the private network. */
const NETWORK_SUPPORT = "_support/network.ts";

/** Where the steps leave their reports. */
export interface StepsOptions {
  /** A directory for the JUnit reports. */
  reports: string;
}

/** Every step, in the order in which they run. */
export async function allSteps({ reports }: StepsOptions): Promise<Step[]> {
  const root = Deno.cwd();
  const deno = Deno.execPath();
  const bun = `${root}/node_modules/.bin/bun`;
  const suites = await sharedSuites();
  const reportOf = (name: string) => `${reports}/${name.replace("/", "_")}.xml`;

  const denoTest = (name: Step["name"], args: readonly string[]): Step => ({
    name,
    command: deno,
    args: ["test", "--no-check", `--junit-path=${reportOf(name)}`, ...args],
    report: reportOf(name),
  });

  return [
    ...CHECKS.map((task): Step => ({
      name: `check/${task}`,
      command: deno,
      args: ["task", "--quiet", task],
    })),
    denoTest("check/scripts", ["--allow-all", "tests/scripts"]),
    { name: BUILD, command: deno, args: ["run", "--allow-all", "scripts/build_npm.ts"] },
    { name: NETWORK, command: undefined, args: [] },
    ...suites.map(({ folder, needs }): Step => ({
      ...denoTest(`deno/${folder}`, [...permissionsOf(folder), `tests/${folder}`]),
      suite: folder,
      needs,
    })),
    ...suites.map(({ folder, needs }): Step => ({
      name: `bun/${folder}`,
      command: bun,
      args: [
        "test",
        // Bun gives a test and a hook 5 seconds otherwise; to get ready may take a tor longer.
        "--timeout=120000",
        "--reporter=junit",
        `--reporter-outfile=${reportOf(`bun/${folder}`)}`,
        `./tests/${folder}`,
      ],
      report: reportOf(`bun/${folder}`),
      suite: folder,
      needs,
    })),
    ...suites.map(({ folder, files, needs }): Step => ({
      name: `node/${folder}`,
      command: "node",
      args: [
        "--test",
        "--test-concurrency=1",
        "--test-reporter=spec",
        "--test-reporter-destination=stdout",
        "--test-reporter=junit",
        `--test-reporter-destination=${reportOf(`node/${folder}`)}`,
        ...files.map((file) => file.replace(/^tests\//, "").replace(/\.ts$/, ".js")),
      ],
      cwd: `${root}/npm/tests`,
      report: reportOf(`node/${folder}`),
      suite: folder,
      needs: [BUILD, ...needs],
    })),
    denoTest("deno/leaks", ["--allow-all", "tests/deno"]),
    denoTest("deno/docs", ["--allow-all", "--doc", "mod.ts", "lib"]),
    { ...denoTest("npm/consumers", ["--allow-all", "tests/npm"]), needs: [BUILD] },
    { ...denoTest("npm/workerd", ["--allow-all", "tests/workerd"]), needs: [BUILD] },
  ];
}

interface Suite {
  readonly folder: string;
  readonly files: readonly string[];
  readonly needs: readonly Step["name"][];
}

/** The folders of tests that every runtime runs. */
async function sharedSuites(): Promise<Suite[]> {
  const suites: Suite[] = [];
  for await (const { name, isDirectory } of Deno.readDir("tests")) {
    if (!isDirectory || SINGLE_RUNTIME_FOLDERS.has(name)) continue;
    const files = await testFiles(`tests/${name}`);
    if (files.length === 0) continue;
    const texts = await Promise.all(files.map((file) => Deno.readTextFile(file)));
    const usesNetwork = texts.some((text) => text.includes(NETWORK_SUPPORT));
    suites.push({ folder: name, files, needs: usesNetwork ? [NETWORK] : [] });
  }
  return suites.sort((a, b) => a.folder < b.folder ? -1 : 1);
}

async function testFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) files.push(...await testFiles(path));
    else if (name.endsWith("_test.ts")) files.push(path);
  }
  return files.sort();
}
