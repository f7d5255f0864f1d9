#!/usr/bin/env node
/**
 * The command `torcon`: looks at a running Tor and steers it, launches one, connects through it and offers
 * onion services, from the terminal and from scripts. `torcon help` tells of every command.
 *
 * ```sh
 * deno run -A jsr:@torcon/torcon/cli status
 * npx torcon fetch https://www.torproject.org/
 * ```
 *
 * @module
 */
import { detectRuntime } from "../runtime/mod.ts";
import { openStdio } from "../runtime/stdio.ts";
import { run } from "./run.ts";

const stdio = openStdio();
detectRuntime().then((runtime) => run({ stdio, runtime })).then((code) => stdio.exit(code));
