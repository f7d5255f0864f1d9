import { type ConsensusHeader, parseConsensusHeader } from "../codec/consensus_header.ts";
import { InternalTorError } from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import type { LineSource } from "./router_context.ts";

/** The consensus that most clients use, and that of those that use server descriptors. */
const KEYS = ["dir/status-vote/current/consensus-microdesc", "dir/status-vote/current/consensus"];

/**
 * Asks Tor for what its consensus says of the network as a whole: the weights for path selection, the
 * parameters, the times.
 *
 * @throws {InternalTorError} Where Tor has no consensus.
 */
export async function readConsensusHeader(
  control: LineSource,
  { signal }: AbortOptions = {},
): Promise<ConsensusHeader> {
  const [first, second] = KEYS;
  try {
    return await read(control, first!, signal);
  } catch (error) {
    if (!(error instanceof InternalTorError)) throw error;
    return await read(control, second!, signal);
  }
}

async function read(
  control: LineSource,
  key: string,
  signal: AbortSignal | undefined,
): Promise<ConsensusHeader> {
  const lines: string[] = [];
  let inRelays = false;
  for await (const line of control.getInfoLines(key, { signal })) {
    if (line === "directory-footer") inRelays = false;
    else if (!inRelays) inRelays = line.startsWith("r ");
    if (!inRelays) lines.push(line);
  }
  return parseConsensusHeader(lines.join("\n"));
}
