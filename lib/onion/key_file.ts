import { concatBytes } from "../codec/text.ts";

/** The bytes that the tag of a key file fills, with zeros behind it. */
const TAG_LENGTH = 32;

/** What a key file must hold. */
export interface KeyFileForm {
  /** The tag that tells the kind of key. */
  readonly tag: string;
  /** The length of the key in bytes. */
  readonly length: number;
}

/** Writes a key as Tor's tagged files have it. */
export function formatKeyFile(tag: string, key: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes([paddedTag(tag), key]);
}

/**
 * Reads the key of a file that Tor has tagged.
 *
 * @throws {RangeError} Where the file has another length.
 * @throws {TypeError} Where its tag is another.
 */
export function parseKeyFile(
  contents: Uint8Array,
  { tag, length }: KeyFileForm,
): Uint8Array<ArrayBuffer> {
  const expected = TAG_LENGTH + length;
  if (contents.length !== expected) {
    throw new RangeError(
      `Cannot read a key file of ${contents.length} bytes: expected ${expected}, with "${tag}"`,
    );
  }
  if (paddedTag(tag).some((byte, i) => byte !== contents[i])) {
    throw new TypeError(`Cannot read a key file that does not begin with "${tag}"`);
  }
  return Uint8Array.from(contents.subarray(TAG_LENGTH));
}

function paddedTag(tag: string): Uint8Array {
  const bytes = new Uint8Array(TAG_LENGTH);
  bytes.set(new TextEncoder().encode(tag));
  return bytes;
}
