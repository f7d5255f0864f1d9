import { dirname } from "node:path";

/** The modules of a worker: the name each is imported by, and the file that it is read from. */
export type WorkerModules = ReadonlyMap<string, string>;

const WORKERD = new URL("../../node_modules/.bin/workerd", import.meta.url).pathname;

/**
 * Lets a module name packages as a bundler would: workerd takes the name of a package for a path from
 * the module that imports it.
 */
function absolute(source: string, modules: WorkerModules): string {
  return source.replaceAll(
    /\bfrom\s*(["'])(@[^"']+)\1/g,
    (text, _quote, name: string) => modules.has(name) ? `from "/${name}"` : text,
  );
}

/** workerd's configuration for a worker of these modules, which lie beside it. */
function configuration(modules: WorkerModules, flags: readonly string[]): string {
  const entries = [...modules.keys()].map((name) =>
    `(name = "${name}", esModule = embed "${name}")`
  );
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [
    ${entries.join(",\n    ")}
  ],
  compatibilityDate = "2026-11-01",
  compatibilityFlags = ${JSON.stringify(flags)},
);
`;
}

/** A workerd that serves one worker on a free port of the loopback interface. */
export class WorkerProcess {
  /** Where the worker answers. */
  readonly url: string;
  readonly #child: Deno.ChildProcess;
  readonly #folder: string;

  private constructor(url: string, child: Deno.ChildProcess, folder: string) {
    this.url = url;
    this.#child = child;
    this.#folder = folder;
  }

  /**
   * Starts a worker with workerd's compatibility flags given; the first of its modules is the main
   * one. Rejects where they do not load.
   */
  static async start(modules: WorkerModules, flags: readonly string[]): Promise<WorkerProcess> {
    const folder = await Deno.makeTempDir({ prefix: "torcon_workerd_" });
    for (const [name, path] of modules) {
      const target = `${folder}/${name}`;
      await Deno.mkdir(dirname(target), { recursive: true });
      await Deno.writeTextFile(target, absolute(await Deno.readTextFile(path), modules));
    }
    const config = `${folder}/config.capnp`;
    await Deno.writeTextFile(config, configuration(modules, flags));
    const child = new Deno.Command(WORKERD, {
      args: ["serve", "--control-fd=1", config],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const complaints = new Response(child.stderr).text();
    const port = await listeningPort(child.stdout);
    if (port !== undefined) return new WorkerProcess(`http://127.0.0.1:${port}/`, child, folder);
    await child.status;
    await Deno.remove(folder, { recursive: true });
    throw new Error(`Cannot start the worker: ${await complaints}`);
  }

  /** Ends workerd. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** The port that workerd tells it listens on; `undefined` where it ends without. */
async function listeningPort(
  stdout: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<number | undefined> {
  let text = "";
  const reader = stdout.pipeThrough(new TextDecoderStream()).getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    text += read.value;
    const port = /"event":"listen","socket":"http","port":(\d+)/.exec(text)?.[1];
    if (port !== undefined) return Number(port);
  }
  return undefined;
}
