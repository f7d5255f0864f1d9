/** It comes without types: lib/cli/monitor/terminal/terminal_kit.ts has those of what is used of it. */
declare module "terminal-kit" {
  const kit: unknown;
  export default kit;
}
