/** One item of a directory document: a line with a keyword, and the object that may follow it. */
export interface DirectoryItem {
  /** The line's first word, without the `opt` that old documents put before it. */
  readonly keyword: string;
  /** What follows the keyword on its line. */
  readonly text: string;
  /** The base64 between the lines `-----BEGIN` and `-----END`, its lines put together. */
  readonly object: string | undefined;
}

/**
 * Takes a directory document apart (dir-spec, section 1.2). Whatever the text, this gives what it can
 * of it: an object without an end reaches to the end of the document, and empty lines are skipped.
 */
export function* directoryItems(text: string): Generator<DirectoryItem> {
  const lines = text.split("\n");
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!.startsWith("opt ") ? lines[i]!.slice(4) : lines[i]!;
    if (line === "") continue;
    let object: string | undefined;
    if (lines[i + 1]?.startsWith("-----BEGIN ")) {
      object = "";
      for (i += 2; i < lines.length && !lines[i]!.startsWith("-----END "); i++) object += lines[i];
    }
    const space = line.indexOf(" ");
    const keyword = space < 0 ? line : line.slice(0, space);
    yield { keyword, text: space < 0 ? "" : line.slice(space + 1), object };
  }
}
