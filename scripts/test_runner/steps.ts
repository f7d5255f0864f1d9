import { permissionsOf, SINGLE_RUNTIME_FOLDERS } from "./permissions.ts";

/** One part of the test run. */
export interface Step {
  /** Its name: the group, and what it checks or tests. */
  readonly name: `${Group}/${string}`;
  /** The program; `undefined` for the step that waits for the private networks. */
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
const NETWORKS = "tor/networks";

/** What tests import that use a private network. */
const NETWORK_SUPPORT = "_support/network.ts";

/**
 * The folders whose tests wait for Tor the longest, that first. They begin before all others, so
 * that the run does not end with a single step.
 */
const LONG_FOLDERS: readonly string[] = [
  "tor",
  "onion",
  "testing",
  "launch",
  "cli",
  "examples",
  "state",
  "config",
];

/** Where the steps leave their reports. */
export interface StepsOptions {
  /** A directory for the JUnit reports. */
  reports: string;
}

/** Whether a step uses a private network, which it has for itself meanwhile. */
export function needsNetwork({ needs = [] }: Step): boolean {
  return needs.includes(NETWORKS);
}

/** Every step, in the order in which they begin. */
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

  const suiteSteps = ({ folder, files, needs }: Suite): Step[] => [
    {
      ...denoTest(`deno/${folder}`, [...permissionsOf(folder), `tests/${folder}`]),
      suite: folder,
      needs,
    },
    {
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
    },
    {
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
    },
  ];

  return [
    ...CHECKS.map((task): Step => ({
      name: `check/${task}`,
      command: deno,
      args: ["task", "--quiet", task],
    })),
    denoTest("check/scripts", ["--allow-all", "tests/scripts"]),
    { name: BUILD, command: deno, args: ["run", "--allow-all", "scripts/build_npm.ts"] },
    denoTest("deno/docs", ["--allow-all", "--doc", "mod.ts", "lib", "docs/guides/testing.md"]),
    { ...denoTest("npm/consumers", ["--allow-all", "tests/npm"]), needs: [BUILD] },
    { ...denoTest("npm/workerd", ["--allow-all", "tests/workerd"]), needs: [BUILD] },
    // Behind what needs none, since it takes the place of another step while it waits.
    { name: NETWORKS, command: undefined, args: [] },
    { ...denoTest("deno/leaks", ["--allow-all", "tests/deno"]), needs: [NETWORKS] },
    // They show the page of the command, as each runtime serves it, in a browser.
    { ...denoTest("npm/browser", ["--allow-all", "tests/browser"]), needs: [BUILD, NETWORKS] },
    ...suites.flatMap(suiteSteps),
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
    suites.push({ folder: name, files, needs: usesNetwork ? [NETWORKS] : [] });
  }
  return suites.sort((a, b) => rank(a) - rank(b) || (a.folder < b.folder ? -1 : 1));
}

function rank({ folder }: Suite): number {
  const i = LONG_FOLDERS.indexOf(folder);
  return i < 0 ? LONG_FOLDERS.length : i;
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
