/** The globals by which platforms are told from each other. */
export interface PlatformGlobals {
  /** Deno's own. */
  readonly Deno?: { readonly version?: { readonly deno?: string } };
  /** Bun's own. */
  readonly Bun?: unknown;
  /** Node's, which Bun and Deno have as well, and others imitate. */
  readonly process?: { readonly versions?: { readonly node?: string; readonly uv?: string } };
}

/** Which platform the globals are of; `undefined` for one that has no adapter. */
export function platformName(globals: PlatformGlobals): "deno" | "bun" | "node" | undefined {
  const { Deno, Bun, process } = globals;
  if (Deno?.version?.deno) return "deno";
  if (Bun !== undefined) return "bun";
  // workerd tells a version of Node, but none of libuv, on which Node's sockets and files are.
  return process?.versions?.node && process.versions.uv ? "node" : undefined;
}
