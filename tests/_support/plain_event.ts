import assert from "node:assert/strict";
import type { TorEvent } from "../../lib/codec/events/mod.ts";

/** An event as a plain object that `deepEqual` can compare, read whole, with a plain `extra`. */
export function plainEvent(event: TorEvent | undefined): Record<string, unknown> {
  const plain: Record<string, unknown> = { ...event };
  if (event !== undefined && "toJSON" in event && event.toJSON instanceof Function) {
    // An event that is parsed when it is read: each getter must give what the whole has.
    const whole: object = event.toJSON();
    for (const field of Object.keys(whole)) plain[field] = Reflect.get(event, field);
    assert.deepEqual(plain, whole);
  }
  if ("extra" in plain) {
    plain.extra = { ...plain.extra as object };
  }
  return plain;
}
