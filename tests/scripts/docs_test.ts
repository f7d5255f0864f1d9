import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import denoConfig from "../../deno.json" with { type: "json" };
import packageConfig from "../../package.json" with { type: "json" };
import { type Markdown, readMarkdown } from "../../scripts/docs/markdown.ts";
import { pageFaults, type Project } from "../../scripts/docs/page_faults.ts";
import { projectMarkdown } from "../../scripts/docs/project_markdown.ts";
import { shellCommands } from "../../scripts/docs/shell_words.ts";
import { torconArguments, torconFault, torconHelps } from "../../scripts/docs/torcon_command.ts";
import { runOrThrow } from "../../scripts/support/run.ts";

const root = new URL("../../", import.meta.url).pathname.slice(0, -1);

/** The languages of blocks that nothing checks, by page: those of other tools. */
const UNCHECKED = {
  "docs/guides/testing.md": ["yaml"],
};

/** A project of a few pages. */
function project(pages: Record<string, string>, parts: Partial<Project> = {}): Project {
  const read = new Map(Object.entries(pages).map(([path, text]) => [path, readMarkdown(text)]));
  return {
    pages: read,
    tasks: new Set(["check"]),
    scripts: new Set(["test", "demo"]),
    unchecked: { "a.md": ["yaml"] },
    exists: (path) => read.has(path) || path === "examples/there.ts",
    ...parts,
  };
}

const block = (info: string, text: string) => `# A\n\n\`\`\`${info}\n${text}\n\`\`\`\n`;

describe("readMarkdown()", () => {
  const { blocks, links, codeSpans, anchors }: Markdown = readMarkdown([
    "# The `torcon` command, and *more*",
    "[one](a.md#x) ![two](b.png) and [three][3] but no `[four](c.md)`",
    "- in a list:",
    "  ```ts",
    "  [no](link.md)",
    "    indented",
    "  ```",
    "## Twice",
    "## Twice",
    "a `span",
    "of two` lines, and `a \\| bar`",
    "[3]: d.md",
  ].join("\n"));

  it("finds the blocks, without their indentation", () => {
    assert.deepEqual(blocks, [{ info: "ts", text: "[no](link.md)\n  indented", line: 4 }]);
  });

  it("finds the links, and none in code", () => {
    assert.deepEqual(links, [
      { target: "a.md#x", line: 2 },
      { target: "b.png", line: 2 },
      { target: "d.md", line: 12 },
    ]);
  });

  it("finds code in the text", () => {
    assert.deepEqual(codeSpans.map(({ text, line }) => `${line} ${text}`), [
      "1 torcon",
      "2 [four](c.md)",
      "10 span of two",
      "11 a | bar",
    ]);
  });

  it("names the headings as GitHub does", () => {
    assert.deepEqual([...anchors], ["the-torcon-command-and-more", "twice", "twice-1"]);
  });

  it("refuses a block without an end", () => {
    assert.throws(() => readMarkdown("```ts\nx"), SyntaxError);
  });
});

describe("shellCommands()", () => {
  it("gives the words of each command", () => {
    const text = [
      '$ NAME=1 torcon info \'a b\' "c \\"d\\"" e\\ f # a comment',
      "one \\",
      "  two | three 2>&1 > file && four; five",
    ].join("\n");
    assert.deepEqual(shellCommands(text), [
      ["torcon", "info", "a b", 'c "d"', "e f"],
      ["one", "two"],
      ["three"],
      ["four"],
      ["five"],
    ]);
  });
});

describe("torconFault()", () => {
  it("accepts what the command takes, and does nothing", async () => {
    for (const args of [["status", "--wait"], ["--help"], ["onion", "serve", "./site"]]) {
      assert.equal(await torconFault(args), undefined, args.join(" "));
    }
  });

  it("tells of commands, options and arguments that it does not take", async () => {
    assert.match(await torconFault(["bogus"]) ?? "", /unknown command 'bogus'/);
    assert.match(await torconFault(["status", "--bogus"]) ?? "", /unknown option '--bogus'/);
    assert.match(await torconFault(["newnym", "now"]) ?? "", /too many arguments/);
    assert.match(await torconFault(["fetch"]) ?? "", /missing required argument 'url'/);
    assert.equal(await torconFault(["fetch"], { partial: true }), undefined);
  });

  it("is asked about torcon by whatever runs it", () => {
    for (
      const line of [
        "torcon status",
        "npx torcon status",
        "bunx @torcon/torcon status",
        "deno run -A jsr:@torcon/torcon/cli status",
      ]
    ) assert.deepEqual(torconArguments(line.split(" ")), ["status"], line);
    assert.equal(torconArguments(["npx", "deno", "task"]), undefined);
  });
});

const helps = await torconHelps();

describe("the help of torcon", () => {
  it("is there for each command", () => {
    for (const name of ["", "status", "onion auth add", "config get", "control", "monitor"]) {
      assert.match(helps.get(name) ?? "", /^Usage: torcon /, name);
    }
  });

  for (const [name, help] of helps) {
    it(`has right examples, and fits a terminal: torcon ${name}`, async () => {
      const [, examples = ""] = help.split(/^Examples?:\n/m);
      const lines = shellCommands(examples).map(torconArguments);
      // Those of what others only call, the shells' scripts, have none.
      if (!/complete-words/.test(name)) {
        assert.ok(lines.some((args) => args !== undefined), "There is no example");
      }
      for (const args of lines) {
        if (args !== undefined) assert.equal(await torconFault(args), undefined, args.join(" "));
      }
      for (const line of help.split("\n")) {
        assert.ok(line.length <= 80 || /^ {2}\$ /.test(line), `Too wide: ${line}`);
      }
    });
  }
});

describe("pageFaults()", () => {
  const faults = async (text: string, pages: Record<string, string> = {}) =>
    await pageFaults("a.md", project({ "a.md": text, ...pages }));

  it("accepts what is right", async () => {
    const pages = { "docs/b.md": "# There\n" };
    assert.deepEqual(await faults("[b](docs/b.md#there), [self](#here)\n\n# Here\n", pages), []);
    const blocks: [string, string][] = [
      ["sh", "npm run demo\nnpm test\nnpx deno task check\nbun examples/there.ts\ntorcon status"],
      ["json", '{ "a": 1 }'],
      ["torrc", "# comment\nSocksPort 9050\n+ControlPort 1 # more\nHiddenServiceDir /a"],
      ["ts", "anything"],
      ["yaml", "a: b"],
      ["", "output"],
      ["text", "import output"],
    ];
    for (const [info, text] of blocks) assert.deepEqual(await faults(block(info, text)), [], info);
    assert.deepEqual(await faults("`torcon help COMMAND`, `npx deno task check`"), []);
  });

  it("tells of links that lead nowhere", async () => {
    assert.deepEqual(await faults("\n[b](docs/b.md)"), ["a.md:2: docs/b.md leads nowhere"]);
    assert.deepEqual(
      await faults("[b](docs/b.md#gone)", { "docs/b.md": "# There" }),
      ["a.md:1: docs/b.md#gone names no heading of docs/b.md"],
    );
    assert.deepEqual(await faults("[b](#gone)"), ["a.md:1: #gone names no heading of a.md"]);
  });

  it("tells of commands that are stale", async () => {
    const cases: Record<string, RegExp> = {
      "torcon bogus": /unknown command 'bogus'/,
      "npx @torcon/torcon status --bogus": /unknown option '--bogus'/,
      "npm run bogus": /no npm script bogus/,
      "npx deno task bogus": /no task bogus/,
      "deno run -A examples/gone.ts": /no examples\/gone\.ts/,
    };
    for (const [line, pattern] of Object.entries(cases)) {
      assert.match((await faults(block("sh", line))).join(), pattern, line);
      assert.match((await faults(`\`${line}\``)).join(), pattern, line);
    }
  });

  it("tells of blocks that are wrong, or that nothing checks", async () => {
    assert.match((await faults(block("json", "{ a }"))).join(), /a\.md:3: It is no JSON/);
    assert.match((await faults(block("torrc", "SokcsPort 1"))).join(), /no option SokcsPort/);
    assert.match((await faults(block("ts ignore", "x"))).join(), /Nothing checks a block of ts ig/);
    assert.match((await faults(block("", "import x"))).join(), /does not tell its language/);
    assert.match((await faults(block("python", "x"))).join(), /Nothing checks a block of python/);
  });
});

const pages = await projectMarkdown(root);

describe("the project's pages", () => {
  const whole = project({}, {
    pages,
    tasks: new Set(Object.keys(denoConfig.tasks)),
    scripts: new Set(Object.keys(packageConfig.scripts)),
    unchecked: UNCHECKED,
    exists: (path) => {
      try {
        return Deno.statSync(`${root}/${path}`) !== undefined;
      } catch {
        return false;
      }
    },
  });

  it("are all found by the check of their types", () => {
    const command = denoConfig.tasks.types.command;
    for (const path of pages.keys()) {
      const pattern = path.replace(/^docs\/.*/, "docs/**/*.md").replace(
        /^(examples\/)?[^/]+$/,
        "$1*.md",
      );
      assert.ok(command.includes(` ${pattern}`), `${path} is not in: ${command}`);
    }
  });

  for (const path of pages.keys()) {
    it(`${path} is right in its links, commands and blocks`, async () => {
      assert.deepEqual(await pageFaults(path, whole), []);
    });
  }

  it("run where a scripted control port is all that they need", async () => {
    const directory = await Deno.makeTempDir({ prefix: "torcon_blocks_" });
    let count = 0;
    try {
      for (const { info, text } of [...pages.values()].flatMap(({ blocks }) => blocks)) {
        if (info !== "ts" || !text.includes("ScriptedControlPort.start(")) continue;
        const path = `${directory}/block${++count}.ts`;
        await Deno.writeTextFile(path, text);
        const flags = ["--no-check", "--no-prompt", `--config=${root}/deno.json`];
        const temporary = [`--allow-read=${tmpdir()}`, `--allow-write=${tmpdir()}`];
        const args = ["run", ...flags, "--allow-net=127.0.0.1", ...temporary, path];
        await runOrThrow(Deno.execPath(), args, { env: { NO_COLOR: "1" } });
      }
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
    assert.ok(count > 1, "Found no such block");
  });

  it("tell of every example", async () => {
    const page = pages.get("examples/README.md");
    assert.ok(page !== undefined, "There is no examples/README.md");
    const named = new Set(page.links.map(({ target }) => target.replace(/^\.\//, "")));
    for await (const { name } of Deno.readDir(`${root}/examples`)) {
      if (name.endsWith(".ts")) assert.ok(named.has(name), `examples/README.md lacks ${name}`);
    }
    for (const runtime of ["deno", "bun", "node"]) {
      const name = `testing/${runtime}_test.ts`;
      assert.ok(named.has(name), `examples/README.md lacks ${name}`);
    }
  });
});
