import { after, before, describe, it } from "node:test";
import assert from "node:assert/strict";
import { WorkerProcess } from "./worker_process.ts";

const npm = new URL("../../npm/", import.meta.url).pathname;
const noble = new URL("../../node_modules/@noble", import.meta.url).pathname;
const worker = new URL("./worker.js", import.meta.url).pathname;

/** workerd imitates Node unless it is told not to. */
const WITHOUT_NODE = ["no_nodejs_compat", "no_nodejs_compat_v2"];

const TRANSCRIPT = [
  "250-version=0.4.9.11",
  '650 STREAM 7 NEW 0 example.com:80 SOCKS_USERNAME="a b" PURPOSE=USER',
  "250+config-text=",
  "..dotted",
  "650 BW 12 34",
  ".",
  "250 OK",
  "650 BW 56 78",
  "",
].join("\r\n");

/** The modules in a folder, by the names that they get in the worker. */
async function modulesIn(folder: string, as: string): Promise<[name: string, path: string][]> {
  const modules: [string, string][] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) modules.push(...await modulesIn(path, `${as}/${name}`));
    else if (name.endsWith(".js")) modules.push([`${as}/${name}`, path]);
  }
  return modules;
}

for (const flags of [WITHOUT_NODE, []]) {
  describe(`torcon in workerd, flags: ${flags.join(", ") || "none"}`, () => {
    const stack = new AsyncDisposableStack();
    let url: string;

    before(async () => {
      const modules = new Map([
        ["worker.js", worker],
        ["@torcon/torcon", `${npm}mod.js`],
        ...await modulesIn(`${npm}lib`, "@torcon/lib"),
        ...await modulesIn(noble, "@noble"),
      ]);
      url = stack.use(await WorkerProcess.start(modules, flags)).url;
    });

    after(() => stack.disposeAsync());

    it("decodes replies and parses the events between their lines", async () => {
      const response = await fetch(url, { method: "POST", body: TRANSCRIPT });
      const { replies, events } = await response.json();

      assert.deepEqual(replies, [{
        code: 250,
        lines: [
          { code: 250, text: "version=0.4.9.11" },
          { code: 250, text: "config-text=", data: ".dotted\n650 BW 12 34" },
          { code: 250, text: "OK" },
        ],
      }]);
      assert.deepEqual(events.map(({ type }: { type: string }) => type), ["STREAM", "BW"]);
      assert.equal(events[0].socksUsername, "a b");
      assert.equal(events[1].read, 56);
      assert.equal(events[1].written, 78);
    });

    it("makes the keys and addresses of onion services", async () => {
      const response = await fetch(url, { method: "POST", body: "250 OK\r\n" });
      const { hostname } = await response.json();
      assert.match(hostname, /^[a-z2-7]{55}d\.onion$/);
    });

    if (flags.length > 0) {
      it("says that there is no adapter for the platform", async () => {
        const response = await fetch(url, { method: "POST", body: "250 OK\r\n" });
        const { adapter } = await response.json();
        assert.match(adapter, /^TorError: Cannot find a runtime adapter for this platform/);
      });
    }
  });
}

describe("workerd without Node", () => {
  it("loads no module that touches Node, so that what loads there touches none", async () => {
    const folder = await Deno.makeTempDir({ prefix: "torcon_workerd_test_" });
    try {
      await Deno.writeTextFile(`${folder}/main.js`, 'import "node:net"; export default {};');
      await assert.rejects(
        WorkerProcess.start(new Map([["main.js", `${folder}/main.js`]]), WITHOUT_NODE),
        /Cannot start the worker: .*node:net/s,
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
});
