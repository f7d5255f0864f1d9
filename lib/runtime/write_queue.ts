/**
 * How a connection counts what waits to be written: in bytes, 64 KiB before `desiredSize` says to
 * stop. What is no `Uint8Array` counts nothing, so that the write itself refuses it with a reason.
 */
export const WRITE_QUEUE: QueuingStrategy<Uint8Array> = {
  highWaterMark: 64 * 1024,
  size: (chunk) => chunk?.byteLength ?? 0,
};
