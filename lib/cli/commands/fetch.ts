import type { Command } from "commander";
import { createFile } from "../../runtime/local_file.ts";
import { abortable, withDeadline } from "../../util/abort.ts";
import type { Cli } from "../cli.ts";
import { CommandError } from "../command_error.ts";
import { EXIT } from "../exit_code.ts";
import { harmless, harmlessLines } from "../harmless.ts";
import { gather, parseSeconds } from "../numbers.ts";
import { readAll } from "../read_all.ts";

interface FetchFlags {
  request?: string;
  header?: string[];
  data?: string;
  output?: string;
  include?: boolean;
  head?: boolean;
  location?: boolean;
  fail?: boolean;
  maxTime?: number;
}

/** Where the body goes. */
interface Sink {
  write(data: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Adds `torcon fetch`. */
export function addFetch(program: Command, cli: Cli): void {
  program.command("fetch")
    .description("Fetch a URL over Tor and print the body, by the options of curl.")
    .argument("<url>", "an http or https URL")
    .option("-X, --request <method>", "the method; default GET, with -d POST, with --head HEAD")
    .option("-H, --header <line>", "a header, NAME: VALUE; may be repeated", gather)
    .option("-d, --data <text>", "send a body: a text, @FILE, or @- for standard input")
    .option("-o, --output <file>", "write the body to a file")
    .option("-i, --include", "print the status and the headers too")
    .option("-I, --head", "ask for the headers alone, and print them")
    .option("-L, --location", "follow redirects")
    .option("-f, --fail", "fail where the status is 400 or more, and print no body")
    .option("-m, --max-time <seconds>", "how long all may take", parseSeconds)
    .addHelpText(
      "after",
      `
No header tells who asks. With --json status, headers and the body as a text
are one document.

Examples:
  $ torcon fetch https://example.com/
  $ torcon fetch -I https://example.com/
  $ torcon fetch -L -o page.html https://example.com/
  $ torcon fetch -d @form.json -H 'content-type: application/json' https://example.com/api`,
    )
    .action(async (target: string, flags: FetchFlags) => {
      const url = urlOf(target);
      const init = await requestOf(flags, cli);
      const limit = {
        signal: cli.signal,
        timeout: flags.maxTime ?? Infinity,
        message: () => `Cannot fetch ${url}`,
      };
      await cli.withTor((tor) =>
        withDeadline(async (signal) => {
          const response = await tor.fetch(url, { ...init, signal });
          if (flags.fail && response.status >= 400) {
            await response.body?.cancel();
            const message = `The server answered ${response.status} ${response.statusText}`;
            throw new CommandError(message, EXIT.FAILED);
          }
          await printResponse(response, { flags, cli });
        }, limit)
      );
    });
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw new CommandError(
    `Cannot fetch ${text}: expected a URL that begins with http:// or https://`,
    EXIT.USAGE,
  );
}

async function requestOf(
  { request, header = [], data, head, location }: FetchFlags,
  cli: Cli,
): Promise<RequestInit> {
  const headers = new Headers();
  for (const line of header) {
    const colon = line.indexOf(":");
    if (colon < 1) {
      throw new CommandError(
        "Cannot send a header without a name: expected NAME: VALUE",
        EXIT.USAGE,
      );
    }
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const body = data === undefined ? undefined : await readData(data, cli);
  if (body !== undefined && !headers.has("content-type")) {
    headers.set("content-type", "application/x-www-form-urlencoded");
  }
  return {
    method: request ?? (head ? "HEAD" : body === undefined ? "GET" : "POST"),
    headers,
    redirect: location ? "follow" : "manual",
    ...(body === undefined ? {} : { body: body as BodyInit }),
  };
}

async function readData(
  data: string,
  { stdio, runtime, signal }: Cli,
): Promise<string | Uint8Array> {
  if (!data.startsWith("@")) return data;
  if (data === "@-") return await abortable(readAll(stdio.stdin), signal);
  return await runtime.readFile(data.slice(1), { signal });
}

async function printResponse(
  response: Response,
  { flags, cli }: { flags: FetchFlags; cli: Cli },
): Promise<void> {
  if (cli.isJson && flags.output === undefined) {
    const { status, statusText, url } = response;
    const headers = Object.fromEntries(response.headers);
    return await cli.show(
      { url, status, statusText, headers, body: await response.text() },
      () => [],
    );
  }
  if (flags.include || flags.head) {
    const { status, statusText } = response;
    await cli.print(
      harmless(`HTTP/1.1 ${status} ${statusText}`.trimEnd()),
      ...[...response.headers].map(([name, value]) => harmless(`${name}: ${value}`)),
      "",
    );
  }
  if (response.body === null) return;
  const sink = flags.output === undefined ? bodyOutput(cli) : await createFile(flags.output);
  try {
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      await sink.write(value);
    }
  } finally {
    await sink.close();
  }
}

/** Standard output: a terminal is given nothing that would steer it, and a pipe every byte. */
function bodyOutput({ stdio: { stdout } }: Cli): Sink {
  if (!stdout.isTerminal) return { write: (data) => stdout.write(data), close: async () => {} };
  const decoder = new TextDecoder();
  return {
    write: (data) => stdout.write(harmlessLines(decoder.decode(data, { stream: true }))),
    close: () => stdout.write(harmlessLines(decoder.decode())),
  };
}
