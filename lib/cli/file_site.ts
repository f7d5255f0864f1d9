import { openFile, realPath } from "../runtime/local_file.ts";
import type { Runtime } from "../runtime/types.ts";
import { CommandError } from "./command_error.ts";
import { contentType } from "./content_type.ts";
import { EXIT } from "./exit_code.ts";

/** How a directory is served. */
export interface FileSiteOptions {
  /** The platform's files. */
  runtime: Pick<Runtime, "stat" | "readDirectory">;
  /** Show what is in a directory that has no index.html; default `false`. */
  listing?: boolean | undefined;
}

/** What stands at a path of the site. */
interface Place {
  readonly path: string;
  readonly kind: "file" | "directory" | "other";
}

/** No times and no names of the machine are told, and nothing is guessed about what a file is. */
const HEADERS = { "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" };

/**
 * The files of a directory as a web site. What is hidden (`.git`, `.env`), what is no file, and what a symbolic
 * link leads out to is not there.
 */
export class FileSite {
  readonly #root: string;
  readonly #prefix: string;
  readonly #options: FileSiteOptions;

  private constructor(root: string, options: FileSiteOptions) {
    this.#root = root;
    this.#prefix = root.endsWith("/") ? root : `${root}/`;
    this.#options = options;
  }

  /**
   * Opens the site of a directory.
   *
   * @throws {CommandError} Where there is none.
   */
  static async open(directory: string, options: FileSiteOptions): Promise<FileSite> {
    const root = await realPath(directory);
    if (root === undefined || (await options.runtime.stat(root))?.kind !== "directory") {
      throw new CommandError(`Cannot serve ${directory}: it is no directory`, EXIT.USAGE);
    }
    return new FileSite(root.replaceAll("\\", "/"), options);
  }

  /** Answers a request. */
  async fetch(request: Request): Promise<Response> {
    const isHead = request.method === "HEAD";
    if (request.method !== "GET" && !isHead) {
      return answer(405, "This site is to be read only", { allow: "GET, HEAD" });
    }
    const { pathname } = new URL(request.url);
    const isDirectory = pathname.endsWith("/");
    const segments = segmentsOf(isDirectory ? pathname.slice(1, -1) : pathname.slice(1));
    const place = segments && await this.#find(segments);
    if (place?.kind === "directory") {
      if (!isDirectory) return answer(301, "It is a directory", { location: `${pathname}/` });
      return await this.#index(segments!, isHead);
    }
    if (place?.kind !== "file" || isDirectory) return notFound();
    return await sendFile(place.path, isHead);
  }

  async #index(segments: readonly string[], isHead: boolean): Promise<Response> {
    const index = await this.#find([...segments, "index.html"]);
    if (index?.kind === "file") return await sendFile(index.path, isHead);
    if (this.#options.listing !== true) return notFound();
    return await this.#list(segments);
  }

  async #list(segments: readonly string[]): Promise<Response> {
    const { runtime } = this.#options;
    const names = await runtime.readDirectory(this.#prefix + segments.join("/"));
    const items: string[] = [];
    for (const name of names.sort()) {
      const place = isPlain(name) ? await this.#find([...segments, name]) : undefined;
      if (place === undefined || place.kind === "other") continue;
      const end = place.kind === "directory" ? "/" : "";
      items.push(`<li><a href="./${encodeURIComponent(name)}${end}">${inHtml(name)}${end}</a>`);
    }
    const title = inHtml(`/${segments.map((segment) => `${segment}/`).join("")}`);
    const up = segments.length === 0 ? "" : `<li><a href="../">../</a>`;
    const html = `<!doctype html><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>` +
      `<ul>${up}${items.join("")}</ul>\n`;
    return new Response(html, { headers: { ...HEADERS, "content-type": contentType(".html") } });
  }

  /** What stands at a path, where that is inside of the directory whatever links there are. */
  async #find(segments: readonly string[]): Promise<Place | undefined> {
    const real = await realPath(this.#prefix + segments.join("/"));
    const path = real?.replaceAll("\\", "/");
    if (path === undefined) return undefined;
    if (path !== this.#root) {
      if (!path.startsWith(this.#prefix)) return undefined;
      if (!path.slice(this.#prefix.length).split("/").every(isPlain)) return undefined;
    }
    const info = await this.#options.runtime.stat(path);
    return info && { path, kind: info.kind };
  }
}

/** The names of a path; `undefined` where one of them must not be looked for. */
function segmentsOf(path: string): string[] | undefined {
  if (path === "") return [];
  try {
    const segments = path.split("/").map(decodeURIComponent);
    return segments.every(isPlain) ? segments : undefined;
  } catch {
    return undefined; // a broken escape
  }
}

/** Whether a name is one of a file that may be seen: neither hidden nor made to mean another place. */
function isPlain(name: string): boolean {
  // deno-lint-ignore no-control-regex
  return name !== "" && !name.startsWith(".") && !/[/\\:\x00-\x1f\x7f]/.test(name);
}

async function sendFile(path: string, isHead: boolean): Promise<Response> {
  const file = await openFile(path);
  if (file === undefined) return notFound();
  const headers = {
    ...HEADERS,
    "content-type": contentType(path),
    "content-length": String(file.size),
  };
  if (!isHead) return new Response(file.readable as BodyInit, { headers });
  await file.close();
  return new Response(null, { headers });
}

function notFound(): Response {
  return answer(404, "There is no such page");
}

function answer(status: number, text: string, headers: Record<string, string> = {}): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { ...HEADERS, "content-type": contentType(".txt"), ...headers },
  });
}

function inHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
