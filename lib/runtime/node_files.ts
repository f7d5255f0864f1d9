import {
  chmod,
  type FileHandle,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  unlink,
} from "node:fs/promises";
import { constants } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
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

const WINDOWS = process.platform === "win32";

/** The file calls of a `Runtime`, by `node:fs`. */
export class NodeFiles {
  async readFile(path: string, { signal }: AbortOptions = {}): Promise<Uint8Array> {
    signal?.throwIfAborted();
    try {
      const data = await readFile(path, { signal });
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    } catch (error) {
      signal?.throwIfAborted();
      throw platformError(`read ${path}`, error, { path });
    }
  }

  async writeFile(path: string, data: Uint8Array, options: WriteFileOptions = {}): Promise<void> {
    const { mode = 0o600, createNew = false, signal } = options;
    signal?.throwIfAborted();
    const { O_WRONLY, O_CREAT, O_EXCL } = constants;
    let file: FileHandle | undefined;
    try {
      file = await open(path, O_WRONLY | O_CREAT | (createNew ? O_EXCL : 0), mode);
      const { mode: found } = await file.stat();
      const regular = (found & constants.S_IFMT) === constants.S_IFREG;
      if (regular && !WINDOWS && (found & 0o7777) !== mode) await file.chmod(mode);
      if (regular) await file.truncate();
      await file.writeFile(data, { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw platformError(`write ${path}`, error, { path });
    } finally {
      await file?.close();
    }
  }

  async makeDirectory(path: string, options: MakeDirectoryOptions = {}): Promise<void> {
    const calls: DirectoryCalls = {
      mkdir,
      chmod: async (path, mode) => {
        if (!WINDOWS) await chmod(path, mode);
      },
    };
    try {
      await makeDirectory(calls, path, options);
    } catch (error) {
      throw platformError(`make the directory ${path}`, error, { path });
    }
  }

  async makeTempDirectory(prefix: string): Promise<string> {
    checkPrefix(prefix);
    const directory = tmpdir();
    try {
      return await mkdtemp(join(directory, prefix));
    } catch (error) {
      throw platformError(`make a directory in ${directory}`, error, { path: directory });
    }
  }

  async readDirectory(path: string): Promise<string[]> {
    try {
      return await readdir(path);
    } catch (error) {
      throw platformError(`list ${path}`, error, { path });
    }
  }

  async rename(from: string, to: string): Promise<void> {
    try {
      await rename(from, to);
    } catch (error) {
      throw platformError(`rename ${from} to ${to}`, error, { path: from });
    }
  }

  async remove(
    path: string,
    { recursive = false }: RemoveOptions = {},
  ): Promise<void> {
    try {
      if (recursive) await rm(path, { recursive: true, force: true });
      else await removeOne(path);
    } catch (error) {
      if (isMissing(error)) return;
      throw platformError(`remove ${path}`, error, { path });
    }
  }

  async stat(path: string): Promise<FileInfo | undefined> {
    try {
      const info = await stat(path);
      return {
        mode: WINDOWS ? undefined : info.mode & 0o7777,
        size: info.size,
        kind: info.isFile() ? "file" : info.isDirectory() ? "directory" : "other",
        uid: WINDOWS ? undefined : info.uid,
      };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw platformError(`look at ${path}`, error, { path });
    }
  }
}

/** Removes a file or an empty directory. */
async function removeOne(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    const code = errorCode(error);
    // Linux says EISDIR of a directory; macOS and Windows say EPERM.
    if (code !== "EISDIR" && code !== "EPERM") throw error;
    await rmdir(path).catch((refused) => {
      throw errorCode(refused) === "ENOTDIR" ? error : refused;
    });
  }
}

function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOENT" || code === "ENOTDIR";
}
