import { OwnedDirectory } from "../launch/owned_directory.ts";
import { readLines } from "../launch/read_lines.ts";
import type { Conn, Runtime, SocketAddress } from "../runtime/types.ts";

/** Answers a line that was sent to the owner of a directory. */
export type OwnerService = (request: string) => string;

/**
 * Makes a temporary directory, and removes those that test programs which were killed have left.
 *
 * @param service Answers what others send to the owner of the directory, by {@linkcode askOwner}.
 */
export async function makeTestDirectory(
  runtime: Runtime,
  service?: OwnerService,
): Promise<OwnedDirectory> {
  const directory = await OwnedDirectory.create(runtime, {
    prefix: "torcon-testing-",
    serve: service && ((conn) => answerOne(conn, service)),
  });
  await directory.removeAbandoned();
  return directory;
}

/**
 * Asks the owner of a directory: sends a line and gives the line that is sent back.
 *
 * @throws {ConnectionRefusedError | PathNotFoundError} Where the owner lives no more.
 */
export async function askOwner(
  runtime: Runtime,
  address: SocketAddress,
  request: string,
): Promise<string> {
  const conn = await runtime.connect(address);
  try {
    const writer = conn.writable.getWriter();
    await writer.write(new TextEncoder().encode(`${request}\n`));
    let answer = "";
    await readLines(conn.readable, (line) => {
      answer = line;
    });
    return answer;
  } finally {
    await conn.close();
  }
}

async function answerOne(conn: Conn, service: OwnerService): Promise<void> {
  try {
    const writer = conn.writable.getWriter();
    const answers: Promise<void>[] = [];
    await readLines(conn.readable, (line) => {
      const answer = new TextEncoder().encode(`${service(line)}\n`);
      answers.push(writer.write(answer).then(() => writer.close()));
    });
    await Promise.all(answers);
  } finally {
    await conn.close();
  }
}
