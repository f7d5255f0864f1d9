import type { Browser, Page } from "playwright-core";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Process } from "../../lib/runtime/types.ts";
import { readUntil } from "../cli/_torcon.ts";

/** What the command is run by, from the root of the project: its source, and on Node what is built. */
export const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  deno: [Deno.execPath(), "run", "--quiet", "--no-check", "--allow-all", "lib/cli/main.ts"],
  bun: ["node_modules/.bin/bun", "lib/cli/main.ts"],
  node: ["node", "npm/lib/cli/main.js"],
};

/** The page of a command, in a browser. */
export class OpenPage implements AsyncDisposable {
  readonly page: Page;
  readonly program: Process;
  /** What went wrong on the page: errors, and what its policy has refused. */
  readonly faults: string[] = [];
  /** The hosts of all that was asked for. */
  readonly hosts: Set<string> = new Set();

  private constructor(page: Page, program: Process) {
    this.page = page;
    this.program = program;
    page.on("console", (message) => {
      if (message.type() === "error") this.faults.push(message.text());
    });
    page.on("pageerror", (error) => this.faults.push(String(error)));
    page.on("request", (request) => this.hosts.add(new URL(request.url()).host));
  }

  /** Starts the command, and opens its page. */
  static async open(
    browser: Browser,
    { control, by = "deno", at = "127.0.0.1:0" }: { control: string; by?: string; at?: string },
  ): Promise<OpenPage> {
    const runtime = await detectRuntime();
    const [command = "", ...args] = COMMANDS[by]!;
    const program = await runtime.spawn(command, {
      args: [...args, "monitor", "--web", at, "--control", control],
      cwd: new URL("../..", import.meta.url).pathname,
      env: { DENO_NO_UPDATE_CHECK: "1" },
    });
    const [url] = await readUntil(program.stdout, /http:\S+/);
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const opened = new OpenPage(page, program);
    await page.goto(url);
    return opened;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.close();
    await this.program[Symbol.asyncDispose]();
  }
}

/** Whether the plot has lines in it, in the colour of what came in. */
export async function isPlotDrawn(page: Page): Promise<boolean> {
  return await page.evaluate(`(() => {
    const { width, height } = document.querySelector("#plot canvas");
    const context = document.querySelector("#plot canvas").getContext("2d");
    const { data } = context.getImageData(0, 0, width, height);
    let blue = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] > 200 && data[i + 2] > 200 && data[i] < 80) blue++;
    }
    return blue > 50;
  })()`);
}

/** How much wider the page is than the window. */
export async function overflow(page: Page): Promise<number> {
  return await page.evaluate("document.documentElement.scrollWidth - innerWidth");
}
