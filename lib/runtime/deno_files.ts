import { checkPrefix } from "./check_prefix.ts";
import { type DirectoryCalls, makeDirectory } from "./make_directory.ts";
import { errorCode, platformError } from "./platform_error.ts";
import type {
  AbortOptions,
  FileInfo,
  MakeDirectoryOptions,
  RemoveOptions,
  WriteFileOptions,
} from "./types.ts";

/** The file calls of a `Runtime`, by Deno's own. */
export class DenoFiles {
  async readFile(path: string, { signal }: AbortOptions = {}): Promise<Uint8Array> {
    signal?.throwIfAborted();
    try {
      return await Deno.readFile(path, signal === undefined ? {} : { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw platformError(`read ${path}`, error, { path, flags: `--allow-read=${path}` });
    }
  }

  async writeFile(path: string, data: Uint8Array, options: WriteFileOptions = {}): Promise<void> {
    const { mode = 0o600, createNew = false, signal } = options;
    signal?.throwIfAborted();
    let file: Deno.FsFile | undefined;
    try {
      file = await Deno.open(path, { write: true, create: true, createNew, mode });
      // Only a regular file can be truncated, and its mode is ours to set. To stat it, open as it
      // is, would need --allow-read.
      const regular = await file.truncate().then(() => true, () => false);
      if (regular && !isWindows()) await Deno.chmod(path, mode);
      for (let sent = 0; sent < data.byteLength;) {
        signal?.throwIfAborted();
        sent += await file.write(data.subarray(sent));
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw platformError(`write ${path}`, error, { path, flags: `--allow-write=${path}` });
    } finally {
      file?.close();
    }
  }

  async makeDirectory(path: string, options: MakeDirectoryOptions = {}): Promise<void> {
    const calls: DirectoryCalls = {
      mkdir: Deno.mkdir,
      chmod: async (path, mode) => {
        if (!isWindows()) await Deno.chmod(path, mode);
      },
    };
    try {
      await makeDirectory(calls, path, options);
    } catch (error) {
      const flags = `--allow-write=${path}`;
      throw platformError(`make the directory ${path}`, error, { path, flags });
    }
  }

  async makeTempDirectory(prefix: string): Promise<string> {
    checkPrefix(prefix);
    try {
      return await Deno.makeTempDir({ prefix });
    } catch (error) {
      throw platformError("make a temporary directory", error);
    }
  }

  async readDirectory(path: string): Promise<string[]> {
    try {
      const names: string[] = [];
      for await (const { name } of Deno.readDir(path)) names.push(name);
      return names;
    } catch (error) {
      throw platformError(`list ${path}`, error, { path, flags: `--allow-read=${path}` });
    }
  }

  async rename(from: string, to: string): Promise<void> {
    try {
      await Deno.rename(from, to);
    } catch (error) {
      const flags = `--allow-read=${from} --allow-write=${from},${to}`;
      throw platformError(`rename ${from} to ${to}`, error, { path: from, flags });
    }
  }

  async remove(
    path: string,
    { recursive = false }: RemoveOptions = {},
  ): Promise<void> {
    try {
      await Deno.remove(path, { recursive });
    } catch (error) {
      if (isMissing(error)) return;
      throw platformError(`remove ${path}`, error, { path, flags: `--allow-write=${path}` });
    }
  }

  async stat(path: string): Promise<FileInfo | undefined> {
    try {
      const { mode, size, isFile, isDirectory, uid } = await Deno.stat(path);
      return {
        mode: mode === null || isWindows() ? undefined : mode & 0o7777,
        size,
        kind: isFile ? "file" : isDirectory ? "directory" : "other",
        uid: uid ?? undefined,
      };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw platformError(`look at ${path}`, error, { path, flags: `--allow-read=${path}` });
    }
  }
}

function isWindows(): boolean {
  return Deno.build.os === "windows";
}

function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOENT" || code === "ENOTDIR";
}
