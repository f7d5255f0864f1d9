import process from "node:process";
import type { ControlTask, Measurement } from "../clients/task.ts";

/** What a client of a whole state has done and measured; task.ts tells what goes in. */
export type StateMeasure = (task: ControlTask) => Promise<Measurement>;

/** Does what the task in the arguments asks by its mode, prints what was measured and ends the process. */
export async function runStateTask(modes: Readonly<Record<string, StateMeasure>>): Promise<void> {
  const task: ControlTask = JSON.parse(process.argv[2] ?? "");
  const measure = modes[task.mode];
  if (measure === undefined) throw new RangeError(`Cannot measure ${task.mode}`);
  const measurement = await measure(task);
  process.stdout.write(JSON.stringify(measurement) + "\n", () => process.exit());
}
