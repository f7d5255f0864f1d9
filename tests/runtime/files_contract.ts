import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { PathNotFoundError, TorError } from "../../lib/errors/mod.ts";
import type { Runtime } from "../../lib/runtime/types.ts";
import { bytes, inTempDirectory, pattern, same, text } from "./_support.ts";

/** What every adapter's file calls must do. */
export function filesContract(runtime: Runtime): void {
  const inDirectory = (body: (directory: string) => Promise<void>) => () =>
    inTempDirectory(runtime, body);

  describe("files", () => {
    describeFiles(runtime, inDirectory);
  });
  describe("directories", () => {
    describeDirectories(runtime, inDirectory);
  });
}

type InDirectory = (body: (directory: string) => Promise<void>) => () => Promise<void>;

function describeFiles(runtime: Runtime, inDirectory: InDirectory): void {
  const modeOf = async (path: string) => (await runtime.stat(path))?.mode;

  it(
    "are read as they were written",
    inDirectory(async (directory) => {
      const data = pattern(1024 * 1024);
      await runtime.writeFile(`${directory}/file`, data);
      const read = await runtime.readFile(`${directory}/file`);
      assert.equal(Object.getPrototypeOf(read), Uint8Array.prototype);
      assert.ok(same(read, data));
    }),
  );

  it(
    "are replaced as a whole",
    inDirectory(async (directory) => {
      await runtime.writeFile(`${directory}/file`, bytes("something long"));
      await runtime.writeFile(`${directory}/file`, bytes("short"));
      assert.deepEqual(await runtime.readFile(`${directory}/file`), bytes("short"));
    }),
  );

  it(
    "have mode 0600 unless told otherwise",
    inDirectory(async (directory) => {
      await runtime.writeFile(`${directory}/file`, bytes("x"));
      assert.equal(await modeOf(`${directory}/file`), 0o600);
    }),
  );

  it(
    "have the mode asked for whatever the umask is",
    inDirectory(async (directory) => {
      for (const mode of [0o400, 0o640, 0o666, 0o777]) {
        const path = `${directory}/${mode}`;
        await runtime.writeFile(path, bytes("x"), { mode });
        assert.equal(await modeOf(path), mode);
      }
    }),
  );

  it(
    "get the mode asked for though they exist, before anything is written",
    inDirectory(async (directory) => {
      const path = `${directory}/file`;
      await runtime.writeFile(path, bytes("open"), { mode: 0o644 });
      // What cannot be written shows that the mode came first.
      const unwritable = { byteLength: 1 } as Uint8Array;
      await assert.rejects(runtime.writeFile(path, unwritable, { mode: 0o600 }));
      assert.equal(await modeOf(path), 0o600);
      assert.equal((await runtime.stat(path))?.size, 0);
    }),
  );

  it(
    "are renamed, in place of another, and keep their mode",
    inDirectory(async (directory) => {
      const [from, to] = [`${directory}/from`, `${directory}/to`];
      await runtime.writeFile(to, bytes("old"), { mode: 0o644 });
      for (const contents of ["first", "second"]) {
        await runtime.writeFile(from, bytes(contents), { mode: 0o640 });
        await runtime.rename(from, to);
        assert.deepEqual(await runtime.readFile(to), bytes(contents));
        assert.equal(await modeOf(to), 0o640);
        assert.deepEqual(await runtime.readDirectory(directory), ["to"]);
      }
      await assert.rejects(runtime.rename(from, to), (error) => {
        assert.ok(error instanceof PathNotFoundError);
        assert.equal(error.path, from);
        assert.ok(error.cause instanceof Error);
        return true;
      });
      await runtime.makeDirectory(from);
      await assert.rejects(
        runtime.rename(to, from),
        (error) => error instanceof TorError && error.cause instanceof Error,
      );
      assert.deepEqual(await runtime.readFile(to), bytes("second"));
    }),
  );

  it(
    "are not replaced with createNew",
    inDirectory(async (directory) => {
      const path = `${directory}/file`;
      await runtime.writeFile(path, bytes("first"), { createNew: true });
      await assert.rejects(
        runtime.writeFile(path, bytes("second"), { createNew: true, mode: 0o666 }),
        (error) => error instanceof TorError && error.cause instanceof Error,
      );
      assert.deepEqual(await runtime.readFile(path), bytes("first"));
      assert.equal(await modeOf(path), 0o600);
    }),
  );

  it(
    "can be devices, whose mode is left alone",
    inDirectory(async () => {
      const before = await modeOf("/dev/null");
      await runtime.writeFile("/dev/null", bytes("x"));
      assert.equal(await modeOf("/dev/null"), before);
    }),
  );

  it(
    "are told where they are missing",
    inDirectory(async (directory) => {
      const path = `${directory}/missing/file`;
      const calls = [() => runtime.readFile(path), () => runtime.writeFile(path, bytes("x"))];
      for (const call of calls) {
        await assert.rejects(call(), (error) => {
          assert.ok(error instanceof PathNotFoundError);
          assert.equal(error.path, path);
          assert.ok(error.cause instanceof Error);
          return true;
        });
      }
    }),
  );

  it(
    "are not read or written where the signal is aborted",
    inDirectory(async (directory) => {
      const path = `${directory}/file`;
      const reason = new Error("never mind");
      const signal = AbortSignal.abort(reason);
      const aborted = (error: unknown) => error === reason;
      await assert.rejects(runtime.writeFile(path, bytes("x"), { signal }), aborted);
      assert.equal(await runtime.stat(path), undefined);
      await assert.rejects(runtime.readFile("/dev/null", { signal }), aborted);
    }),
  );

  it(
    "are given up when the signal aborts",
    inDirectory(async (directory) => {
      const path = `${directory}/file`;
      await runtime.writeFile(path, new Uint8Array(16 * 1024 * 1024));
      const reason = new Error("never mind");
      const calls = [
        (signal: AbortSignal) => runtime.readFile(path, { signal }),
        (signal: AbortSignal) => runtime.writeFile(path, bytes("x"), { signal }),
      ];
      for (const call of calls) {
        const controller = new AbortController();
        const running = call(controller.signal);
        controller.abort(reason);
        await assert.rejects(running, (error) => error === reason);
      }
    }),
  );

  it(
    "are looked at",
    inDirectory(async (directory) => {
      await runtime.writeFile(`${directory}/file`, bytes("12345"), { mode: 0o640 });
      const uid = runtime.uid;
      assert.deepEqual(await runtime.stat(`${directory}/file`), {
        mode: 0o640,
        size: 5,
        kind: "file",
        uid,
      });
      assert.equal((await runtime.stat(directory))?.kind, "directory");
      assert.equal((await runtime.stat("/dev/null"))?.kind, "other");
      assert.equal(await runtime.stat(`${directory}/missing`), undefined);
      assert.equal(await runtime.stat(`${directory}/file/below`), undefined);
    }),
  );
}

function describeDirectories(runtime: Runtime, inDirectory: InDirectory): void {
  const modeOf = async (path: string) => (await runtime.stat(path))?.mode;

  it(
    "have mode 0700 unless told otherwise",
    inDirectory(async (directory) => {
      await runtime.makeDirectory(`${directory}/made`);
      assert.equal(await modeOf(`${directory}/made`), 0o700);
    }),
  );

  it(
    "have the mode asked for whatever the umask is, parents too",
    inDirectory(async (directory) => {
      await runtime.makeDirectory(`${directory}/a/b/c`, { mode: 0o777, recursive: true });
      for (const path of ["a", "a/b", "a/b/c"]) {
        assert.equal(await modeOf(`${directory}/${path}`), 0o777);
      }
    }),
  );

  it(
    "may exist with recursive, and stay as they are",
    inDirectory(async (directory) => {
      await runtime.makeDirectory(`${directory}/made`, { mode: 0o750 });
      await runtime.makeDirectory(`${directory}/made`, { recursive: true });
      assert.equal(await modeOf(`${directory}/made`), 0o750);
      await assert.rejects(runtime.makeDirectory(`${directory}/made`), TorError);
    }),
  );

  it(
    "are not made where a file is, or a parent is missing",
    inDirectory(async (directory) => {
      await runtime.writeFile(`${directory}/file`, bytes("x"));
      await assert.rejects(runtime.makeDirectory(`${directory}/file`), TorError);
      const recursive = runtime.makeDirectory(`${directory}/file`, { recursive: true });
      await assert.rejects(recursive, TorError);
      await assert.rejects(runtime.makeDirectory(`${directory}/no/dir`), PathNotFoundError);
    }),
  );

  it(
    "list their names",
    inDirectory(async (directory) => {
      await runtime.writeFile(`${directory}/b`, bytes("x"));
      await runtime.makeDirectory(`${directory}/a`);
      assert.deepEqual((await runtime.readDirectory(directory)).sort(), ["a", "b"]);
      await assert.rejects(runtime.readDirectory(`${directory}/missing`), PathNotFoundError);
      await assert.rejects(runtime.readDirectory(`${directory}/b`), TorError);
    }),
  );

  it("for temporary use are fresh and of mode 0700", async () => {
    const first = await runtime.makeTempDirectory("torcon-test-");
    const second = await runtime.makeTempDirectory("torcon-test-");
    try {
      assert.notEqual(first, second);
      assert.match(first, /[/\\]torcon-test-[^/\\]+$/);
      assert.equal(await modeOf(first), 0o700);
      await assert.rejects(runtime.makeTempDirectory("../up"), RangeError);
    } finally {
      await runtime.remove(first);
      await runtime.remove(second);
    }
  });

  it(
    "are removed, full ones with recursive alone",
    inDirectory(async (directory) => {
      await runtime.makeDirectory(`${directory}/a/b`, { recursive: true });
      await runtime.writeFile(`${directory}/a/file`, bytes("x"));
      await assert.rejects(runtime.remove(`${directory}/a`), TorError);
      await runtime.remove(`${directory}/a/b`);
      await runtime.remove(`${directory}/a`, { recursive: true });
      assert.equal(await runtime.stat(`${directory}/a`), undefined);
    }),
  );

  it(
    "and files that are missing are removed without an error",
    inDirectory(async (directory) => {
      await runtime.writeFile(`${directory}/file`, bytes("x"));
      for (const recursive of [false, true]) {
        await runtime.remove(`${directory}/missing`, { recursive });
        await runtime.remove(`${directory}/file/below`, { recursive });
      }
      await runtime.remove(`${directory}/file`);
      assert.equal(await runtime.stat(`${directory}/file`), undefined);
    }),
  );

  it(
    "are removed without following links",
    inDirectory(async (directory) => {
      await runtime.makeDirectory(`${directory}/kept`);
      await runtime.writeFile(`${directory}/kept/file`, bytes("x"));
      await runtime.makeDirectory(`${directory}/gone`);
      await using link = await runtime.spawn("ln", {
        args: ["-s", "../kept", `${directory}/gone/link`],
      });
      assert.equal(await text(link.stderr), "");
      await runtime.remove(`${directory}/gone`, { recursive: true });
      assert.deepEqual(await runtime.readDirectory(`${directory}/kept`), ["file"]);
    }),
  );
}
