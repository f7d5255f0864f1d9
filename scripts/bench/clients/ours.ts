/** torcon's part of the benchmark, the same on all three runtimes. */
import {
  type CircEvent,
  connect,
  type ControlConnection,
  parseRouterStatuses,
  type StreamEvent,
} from "../../../mod.ts";
import { type ControlTask, type Measure, runTask } from "./task.ts";
import { weighFields } from "./weigh_fields.ts";

type Benchmark = (control: ControlConnection, count: number) => Promise<number>;

const VERSION = "0.4.9.11";

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  events: (control, count) => listenToEvents(control, count, weighFields),
  "events-ids": (control, count) => listenToEvents(control, count, (event) => event.circuitId),
  "events-iterated": iterateEvents,
  status: readStatusText,
  "status-lines": readStatusLines,
  "status-parsed": readStatusParsed,
  sequential: askSequentially,
  pipelined: askAtOnce,
  config: readConfigurations,
  "config-tcp": readConfigurations,
};

/** Has `count` events sent, and adds up what `weigh` reads of each. */
async function listenToEvents(
  control: ControlConnection,
  count: number,
  weigh: (event: CircEvent | StreamEvent) => number,
): Promise<number> {
  let missing = count;
  let checksum = 0;
  let finish: () => void;
  const finished = new Promise<void>((resolve) => finish = resolve);
  const listener = (event: CircEvent | StreamEvent): void => {
    checksum += weigh(event);
    if (--missing === 0) finish();
  };
  await control.addEventListener("CIRC", listener);
  await control.addEventListener("STREAM", listener);
  await control.request("LOAD", { args: [String(count)] });
  await finished;
  await control.removeEventListener("CIRC", listener);
  await control.removeEventListener("STREAM", listener);
  return checksum;
}

async function iterateEvents(control: ControlConnection, count: number): Promise<number> {
  let missing = count;
  let checksum = 0;
  const events = control.events("CIRC", "STREAM");
  await control.request("LOAD", { args: [String(count)] });
  for await (const event of events) {
    checksum += weighFields(event);
    if (--missing === 0) break;
  }
  return checksum;
}

async function readStatusText(control: ControlConnection, count: number): Promise<number> {
  let characters = 0;
  for (let i = 0; i < count; i++) characters += (await control.getInfo("ns/all")).length;
  return characters;
}

async function readStatusLines(control: ControlConnection, count: number): Promise<number> {
  let characters = 0;
  for (let i = 0; i < count; i++) {
    for await (const line of control.getInfoLines("ns/all")) characters += line.length + 1;
    characters--;
  }
  return characters;
}

async function readStatusParsed(control: ControlConnection, count: number): Promise<number> {
  let relays = 0;
  for (let i = 0; i < count; i++) {
    relays += parseRouterStatuses(await control.getInfo("ns/all")).length;
  }
  return relays;
}

async function askSequentially(control: ControlConnection, count: number): Promise<number> {
  let right = 0;
  for (let i = 0; i < count; i++) {
    if (await control.getInfo("version") === VERSION) right++;
  }
  return right;
}

async function askAtOnce(control: ControlConnection, count: number): Promise<number> {
  const answers = await Promise.all(
    Array.from({ length: count }, () => control.getInfo("version")),
  );
  return answers.filter((answer) => answer === VERSION).length;
}

/** Connects anew each time, and counts the configurations that are whole. */
async function readConfigurations(control: ControlConnection, count: number): Promise<number> {
  let whole = 0;
  for (let i = 0; i < count; i++) {
    const tor = await connect({ control: control.address });
    const config = await tor.getConfig();
    if (Object.keys(config).length > 300) whole++;
    await tor[Symbol.asyncDispose]();
  }
  return whole;
}

async function open(task: ControlTask): Promise<Measure> {
  const benchmark = BENCHMARKS[task.mode];
  if (benchmark === undefined) throw new RangeError(`Cannot measure ${task.mode}`);
  const { control } = await connect({ control: task.address });
  return (count) => benchmark(control, count);
}

await runTask(open);
