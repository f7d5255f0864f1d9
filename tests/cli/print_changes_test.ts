import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { printChanges } from "../../lib/cli/monitor/print_changes.ts";
import { TorError } from "../../lib/errors/mod.ts";
import { deferred } from "../../lib/util/deferred.ts";
import { scriptedMonitor } from "./_scripted_monitor.ts";

describe("torcon monitor --json, read slowly", () => {
  it("prints the latest state, then why it has ended, and listens no more", async () => {
    const { source, told, end } = scriptedMonitor();
    const types: string[] = [];
    const begun = deferred<void>();
    const isRead = deferred<void>();
    const print = async (line: string) => {
      types.push(JSON.parse(line).type);
      begun.resolve();
      await isRead.promise;
    };
    const printing = printChanges(source, { print, signal: new AbortController().signal });
    await begun.promise;
    const [listener] = told;
    for (let i = 0; i < 1000; i++) listener!.circuits!([]);
    listener!.bandwidth!({ time: 1, read: 2, written: 3 });
    isRead.resolve();
    end.reject(new TorError("gone"));
    await assert.rejects(printing, { message: "gone" });
    assert.deepEqual(types, ["snapshot", "bandwidth", "circuits"]);
    assert.equal(told.size, 0);
  });

  it("ends by an interrupt, while nothing changes", async () => {
    const { source, told } = scriptedMonitor();
    const stop = new AbortController();
    const begun = deferred<void>();
    const print = () => Promise.resolve(begun.resolve());
    const printing = printChanges(source, { print, signal: stop.signal });
    await begun.promise;
    stop.abort(new Error("enough"));
    await assert.rejects(printing, { message: "enough" });
    assert.equal(told.size, 0);
  });
});
