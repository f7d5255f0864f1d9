import { TorError } from "../errors/mod.ts";
import { type PlatformGlobals, platformName } from "./platform_name.ts";
import type { Runtime } from "./types.ts";

/**
 * The adapter for the runtime that this program runs on: Deno, Bun or Node. The adapter is loaded
 * when this is called and not before, so that importing torcon touches no platform.
 *
 * @throws {TorError} On any other platform, where a `Runtime` must be passed instead.
 *
 * @example See where the program runs
 * ```ts
 * import { detectRuntime } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const runtime = await detectRuntime();
 * assert.ok(["deno", "bun", "node"].includes(runtime.name));
 * ```
 */
export async function detectRuntime(): Promise<Runtime> {
  const name = platformName(globalThis as PlatformGlobals);
  if (name === "deno") {
    const { DenoRuntime } = await import("./deno.ts");
    return new DenoRuntime();
  }
  if (name !== undefined) {
    const { NodeRuntime } = await import("./node.ts");
    return new NodeRuntime();
  }
  throw new TorError(
    "Cannot find a runtime adapter for this platform: torcon has them for Deno, Bun and Node; " +
      "pass a runtime of your own",
  );
}
