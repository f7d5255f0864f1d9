/** torcon's part of what is measured of a whole state, the same on all three runtimes. */
import { connect, type Router, type TorState } from "../../../mod.ts";
import type { ControlTask, Measurement } from "../clients/task.ts";
import { longestPause, nextTick } from "./longest_pause.ts";
import { residentBytes } from "./memory.ts";
import { runStateTask } from "./state_task.ts";

/** Looks at every list and map of the relays, each of which is made when it is first asked for. */
function countRelays(state: TorState): number {
  const { routersByName, routersByHash, guards, authorities, routers, allRouters } = state;
  const maps = [routersByName, routersByHash, guards, authorities, routers];
  return maps.every((map) => map.size >= 0) ? allRouters.length : 0;
}

/** Looks at all that a consensus tells of every relay, which is parsed when it is asked for. */
function readRelays(state: TorState): number {
  return countRelays(state) && state.allRouters.filter(isWhole).length;
}

function isWhole(router: Router): boolean {
  const { idHex, idHash, orHash, nickname, ip, orPort, dirPort, flags, bandwidth, modified } =
    router;
  return idHex.length === 40 && idHash.length === 27 && orHash?.length === 27 &&
    nickname !== undefined && ip !== undefined && orPort !== undefined && dirPort !== undefined &&
    flags.size > 0 && bandwidth !== undefined && modified !== undefined;
}

/** Gets the state of one Tor again and again: the time from the question to the answer. */
function load(look: (state: TorState) => number) {
  return async ({ address, warmup, count }: ControlTask): Promise<Measurement> => {
    const tor = await connect({ control: address });
    let milliseconds = 0;
    let checksum = 0;
    for (let i = -warmup; i < count; i++) {
      const start = performance.now();
      const state = await tor.getState();
      const relays = look(state);
      if (i >= 0) {
        milliseconds += performance.now() - start;
        checksum += relays;
      }
      await state[Symbol.asyncDispose]();
    }
    return { seconds: milliseconds / 1000, checksum };
  };
}

/** Has events sent that `look` looks at as a listener might; no circuit and no stream is left. */
function track(look: (state: TorState) => void) {
  return async ({ address, warmup, count }: ControlTask): Promise<Measurement> => {
    const tor = await connect({ control: address });
    const { control } = tor;
    const state = await tor.getState();
    look(state);
    const run = async (events: number): Promise<void> => {
      let missing = events;
      const ended = new Promise<void>((resolve) => {
        const listener = () => {
          if (--missing > 0) return;
          resolve();
          void control.removeEventListener("CIRC", listener);
          void control.removeEventListener("STREAM", listener);
        };
        void control.addEventListener("CIRC", listener);
        void control.addEventListener("STREAM", listener);
      });
      await control.request("LOAD", { args: [String(events)] });
      await ended;
    };
    await run(warmup);
    const start = performance.now();
    await run(count);
    const seconds = (performance.now() - start) / 1000;
    return { seconds, checksum: count - state.circuits.size - state.streams.size };
  };
}

/** Reads what a program shows of the circuits and streams that it follows. */
function follow(state: TorState): void {
  state.addCircuitListener({
    circuitBuilt: ({ path, purpose, timeCreated }) => [path, purpose, timeCreated],
    circuitClosed: (_, { reason }) => reason,
  });
  state.addStreamListener({
    streamNew: ({ targetHost, sourcePort, purpose }) => [targetHost, sourcePort, purpose],
    streamSucceeded: ({ targetAddress, targetPort }) => [targetAddress, targetPort],
    streamClosed: (_, { reason }) => reason,
  });
}

/** How much more memory the process has with a state than before it. */
async function weigh({ address }: ControlTask): Promise<Measurement> {
  const tor = await connect({ control: address });
  const before = await residentBytes();
  const state = await tor.getState();
  const checksum = countRelays(state);
  const amount = await residentBytes() - before;
  // It is there until here.
  return { seconds: 0, amount, checksum: state.allRouters.length === checksum ? checksum : 0 };
}

async function pauseOfState({ address }: ControlTask): Promise<Measurement> {
  const tor = await connect({ control: address });
  const amount = await longestPause(() => tor.getState());
  return { seconds: 0, amount, checksum: (await tor.getState()).allRouters.length };
}

async function pauseOfConsensus({ address }: ControlTask): Promise<Measurement> {
  const tor = await connect({ control: address });
  const state = await tor.getState();
  const old = state.allRouters;
  const amount = await longestPause(async () => {
    await tor.control.request("LOAD", { args: ["CONSENSUS"] });
    while (state.allRouters === old) await nextTick();
  });
  return { seconds: 0, amount, checksum: state.allRouters.length };
}

await runStateTask({
  state: load(({ allRouters }) => allRouters.length),
  "state-first": load(({ allRouters }) => allRouters.length),
  "state-maps": load(countRelays),
  "state-read": load(readRelays),
  tracking: track(() => {}),
  "tracking-read": track(follow),
  memory: weigh,
  "pause-state": pauseOfState,
  "pause-consensus": pauseOfConsensus,
});
