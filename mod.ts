/**
 * A Tor controller for Deno, Bun and Node.
 *
 * @module
 */
export * from "./lib/errors/mod.ts";
