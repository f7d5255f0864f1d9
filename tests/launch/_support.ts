import { launchTor } from "../../lib/launch/launch_tor.ts";
import type { LaunchedTor } from "../../lib/launch/launched_tor.ts";
import type { LaunchOptions } from "../../lib/launch/launch_options.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";

/** What keeps a Tor off the network, twice. */
export const OFFLINE = { DisableNetwork: 1, OutboundBindAddress: "127.0.0.1" };

/** Launches a Tor that stays off the network. */
export async function launchOffline(options: LaunchOptions = {}): Promise<LaunchedTor> {
  const torrc = typeof options.torrc === "string"
    ? `DisableNetwork 1\nOutboundBindAddress 127.0.0.1\n${options.torrc}`
    : { ...OFFLINE, ...options.torrc };
  return await launchTor(await detectRuntime(), { timeout: 30_000, ...options, torrc });
}

/** Runs `body` with a directory that is gone afterwards. */
export async function withDirectory<T>(body: (directory: string) => Promise<T>): Promise<T> {
  const runtime = await detectRuntime();
  const directory = await runtime.makeTempDirectory("torcon-test-");
  try {
    return await body(directory);
  } finally {
    await runtime.remove(directory, { recursive: true });
  }
}

/** Writes a shell script that stands in for the program tor, and gives its path. */
export async function fakeTor(directory: string, script: string): Promise<string> {
  const runtime = await detectRuntime();
  const path = `${directory}/tor`;
  const text = new TextEncoder().encode(`#!/bin/sh\n${script}\n`);
  await runtime.writeFile(path, text, { mode: 0o700 });
  return path;
}
