import { constants } from "node:fs";
import { type FileHandle, open, realpath } from "node:fs/promises";
import { errorCode, platformError } from "./platform_error.ts";

/** Bytes that are read at once. */
const CHUNK = 64 * 1024;

/** A regular file that is open for reading. */
export interface OpenFile {
  /** Its size in bytes. */
  readonly size: number;
  /** What is in it, which closes it when it is read or cancelled. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Closes it unread. */
  close(): Promise<void>;
}

/** The path without any symbolic link; `undefined` where nothing is. */
export async function realPath(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    if (NOTHING.has(errorCode(error) ?? "")) return undefined;
    throw platformError(`look at ${path}`, error, { path });
  }
}

/**
 * Opens a regular file; `undefined` where nothing is, where it is no regular file, or where the path ends at
 * a symbolic link.
 */
export async function openFile(path: string): Promise<OpenFile | undefined> {
  // Nobody must wait for the other end of a FIFO; Windows has neither flag.
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  let file: FileHandle | undefined;
  try {
    file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const info = await file.stat();
    if (info.isFile()) {
      const opened = file;
      return { size: info.size, readable: readAll(opened, info.size), close: () => opened.close() };
    }
    await file.close();
    return undefined;
  } catch (error) {
    await file?.close().catch(() => {});
    if (NOTHING.has(errorCode(error) ?? "")) return undefined;
    throw platformError(`read ${path}`, error, { path });
  }
}

/** A file that is written as its bytes come. */
export interface NewFile {
  /** Writes at its end. */
  write(data: Uint8Array): Promise<void>;
  /** Closes it. */
  close(): Promise<void>;
}

/** Opens a file to write it anew; one that is made has the mode 0600. */
export async function createFile(path: string): Promise<NewFile> {
  try {
    const file = await open(path, "w", 0o600);
    return {
      write: async (data) => {
        await file.writeFile(data);
      },
      close: () => file.close(),
    };
  } catch (error) {
    throw platformError(`write ${path}`, error, { path });
  }
}

const NOTHING: ReadonlySet<string> = new Set([
  "ENOENT",
  "ENOTDIR",
  "ELOOP",
  "ENAMETOOLONG",
  "ENXIO",
]);

/** Gives as much as was told, whatever is written to the file meanwhile; one that was cut is an error. */
function readAll(file: FileHandle, size: number): ReadableStream<Uint8Array> {
  let left = size;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const length = Math.min(CHUNK, left);
      const { bytesRead, buffer } = length === 0
        ? { bytesRead: 0, buffer: NO_BYTES }
        : await file.read(new Uint8Array(length), 0, length);
      left -= bytesRead;
      if (bytesRead > 0) controller.enqueue(buffer.subarray(0, bytesRead));
      if (bytesRead > 0 && left > 0) return;
      await file.close();
      if (left === 0) controller.close();
      else controller.error(new Error("The file was cut while it was read"));
    },
    cancel: () => file.close(),
  });
}

const NO_BYTES = new Uint8Array();
