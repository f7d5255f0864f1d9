/** An example, as a program of one runtime. */
export interface Program {
  readonly runtime: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** What an example is run with. */
export interface ProgramOptions {
  /** Its arguments. */
  args: readonly string[];
  /** The permissions that it needs on Deno. */
  permissions: readonly string[];
}

/** How an example is run on Deno, on Bun, and on Node from the package that `build_npm.ts` built. */
export function programs(example: string, { args, permissions }: ProgramOptions): Program[] {
  const bin = "node_modules/.bin";
  const source = `examples/${example}.ts`;
  return [
    {
      runtime: "Deno",
      command: `${bin}/deno`,
      args: ["run", "--no-prompt", ...permissions, source, ...args],
    },
    { runtime: "Bun", command: `${bin}/bun`, args: [source, ...args] },
    { runtime: "Node", command: "node", args: [`npm/examples/${example}.js`, ...args] },
  ];
}
