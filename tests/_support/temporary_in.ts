import process from "node:process";

/** Lets this program's temporary files be made in a directory until it is disposed. */
export function temporaryIn(directory: string): Disposable {
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = directory;
  return {
    [Symbol.dispose]: () => {
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
    },
  };
}
