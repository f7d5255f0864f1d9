import type { ControlConnection } from "../control/connection.ts";
import type { AbortOptions } from "../runtime/types.ts";
import { parseInfoNames } from "./info_names.ts";
import { infoNode } from "./info_node.ts";
import type { InfoTree } from "./info_tree.ts";

/**
 * Asks a Tor what it can tell (GETINFO info/names, control-spec, section 3.9), and makes functions of
 * its answer. `tor.getInfoTree()` does so for the Tor that it is connected to.
 *
 * @param control A connection to the Tor, by which the functions ask too.
 * @param options A `signal` to give up the wait with.
 * @returns The tree: as the connected Tor has it, whatever {@linkcode InfoTree} says.
 * @throws {ControlReplyError} Where a filter in front of Tor refuses to tell.
 * @throws {DisconnectedError} Where the connection is lost before the reply.
 *
 * @example Ask a Tor where it listens
 * ```ts
 * import { ControlConnection, detectRuntime, readInfoTree } from "@torcon/torcon";
 * import { startLoneTor } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using lone = await startLoneTor();
 * const runtime = await detectRuntime();
 * await using control = await ControlConnection.connect({ control: lone.control, runtime });
 *
 * const info = await readInfoTree(control);
 * assert.ok((await info.net.listeners.control()).includes(`"${lone.controlPort}"`));
 * ```
 */
export async function readInfoTree(
  control: ControlConnection,
  options: AbortOptions = {},
): Promise<InfoTree> {
  return infoNode(
    parseInfoNames(await control.getInfo("info/names", options)),
    control,
  ) as InfoTree;
}
