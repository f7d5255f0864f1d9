import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { appendFile, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { contentType } from "../../lib/cli/content_type.ts";
import { FileSite } from "../../lib/cli/file_site.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";

describe("FileSite", () => {
  let directory: string;
  let site: FileSite;
  let listed: FileSite;

  before(async () => {
    directory = await mkdtemp(`${tmpdir()}/torcon-test-`);
    const root = `${directory}/site`;
    for (const path of ["", "/sub", "/plain", "/.git", "/a b"]) await mkdir(root + path);
    const files: Record<string, string> = {
      "site/index.html": "<p>home",
      "site/page.txt": "a page",
      "site/.env": "SECRET=1",
      "site/.git/config": "SECRET=2",
      "site/sub/index.html": "<p>sub",
      "site/plain/<b>&.txt": "odd",
      "site/plain/.hidden": "SECRET=3",
      "site/a b/ü.txt": "named",
      "site/big.bin": "x".repeat(200_000),
      "site2": "SECRET=4",
      "outside.txt": "SECRET=5",
    };
    for (const [path, text] of Object.entries(files)) await writeFile(`${directory}/${path}`, text);
    const links: Record<string, string> = {
      "out.txt": "../outside.txt",
      "up": "..",
      "neighbour": "../site2",
      "config": ".git/config",
      "git": ".git",
      "in.txt": "page.txt",
      "loop": "loop",
    };
    for (const [name, target] of Object.entries(links)) await symlink(target, `${root}/${name}`);
    await promisify(execFile)("mkfifo", [`${root}/fifo`]);
    const runtime = await detectRuntime();
    site = await FileSite.open(root, { runtime });
    listed = await FileSite.open(`${root}/`, { runtime, listing: true });
  });
  after(() => rm(directory, { recursive: true }));

  const get = (path: string, { from = site, method = "GET" } = {}) =>
    from.fetch(new Request(`http://site.onion${path}`, { method }));

  it("serves files, with what they are and how long", async () => {
    const response = await get("/page.txt?query=1");
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
    assert.equal(response.headers.get("content-length"), "6");
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    // Times would tell about the machine.
    assert.equal(response.headers.get("last-modified"), null);
    assert.equal(await response.text(), "a page");
  });

  it("serves the index of a directory, and sends to it", async () => {
    assert.equal(await (await get("/")).text(), "<p>home");
    assert.equal(await (await get("/sub/")).text(), "<p>sub");
    const response = await get("/sub");
    assert.equal(response.status, 301);
    assert.equal(response.headers.get("location"), "/sub/");
  });

  it("serves names that are escaped, big files whole, and links that stay inside", async () => {
    assert.equal(await (await get("/a%20b/%C3%BC.txt")).text(), "named");
    assert.equal((await (await get("/big.bin")).arrayBuffer()).byteLength, 200_000);
    assert.equal(await (await get("/in.txt")).text(), "a page");
  });

  it("answers HEAD without a body", async () => {
    const response = await get("/page.txt", { method: "HEAD" });
    assert.equal(response.headers.get("content-length"), "6");
    assert.equal(await response.text(), "");
  });

  it("refuses to be written to", async () => {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const response = await get("/page.txt", { method });
      assert.equal(response.status, 405);
      assert.equal(response.headers.get("allow"), "GET, HEAD");
    }
  });

  const missing = [
    "/none",
    "/page.txt/",
    "/page.txt/more",
    "/.env",
    "/%2eenv",
    "/.git/config",
    "/.git/",
    "/plain/.hidden",
    "/../outside.txt",
    "/..%2foutside.txt",
    "/%2e%2e/outside.txt",
    "/sub/..%2f..%2foutside.txt",
    "/sub%2findex.html",
    "/..%5coutside.txt",
    "/%2fetc%2fpasswd",
    "//etc/passwd",
    "/sub//index.html",
    "/page.txt%00.html",
    "/page.txt%0a",
    "/%ff",
    "/%",
    "/out.txt",
    "/up/outside.txt",
    "/up/",
    "/neighbour",
    "/config",
    "/git/config",
    "/loop",
    "/fifo",
    "/plain/",
    `/${"x".repeat(5000)}`,
  ];
  for (const [i, path] of missing.entries()) {
    it(`has no ${path.length > 50 ? `name of ${path.length} characters` : path} (${i})`, async () => {
      for (const from of path === "/plain/" ? [site] : [site, listed]) {
        const response = await get(path, { from });
        assert.equal(response.status, 404);
        assert.doesNotMatch(await response.text(), /SECRET|root:/);
      }
    });
  }

  it("lists a directory only where that is asked for, without what is not served", async () => {
    const response = await get("/plain/", { from: listed });
    assert.equal(response.status, 200);
    const html = await response.text();
    assert.ok(
      html.includes('<a href="./%3Cb%3E%26.txt">&#60;b&#62;&#38;.txt</a>'),
      html,
    );
    assert.doesNotMatch(html, /hidden/);
    assert.equal(await (await get("/plain/%3Cb%3E%26.txt", { from: listed })).text(), "odd");

    await rm(`${directory}/site/index.html`);
    const root = await (await get("/", { from: listed })).text();
    await writeFile(`${directory}/site/index.html`, "<p>home");
    const names = [...root.matchAll(/<a href="\.\/([^"]+)"/g)].map(([, name]) => name);
    assert.deepEqual(names, ["a%20b/", "big.bin", "in.txt", "page.txt", "plain/", "sub/"]);
  });

  it("gives what it has told of, however the file changes meanwhile", async () => {
    const path = `${directory}/site/change.txt`;
    await writeFile(path, "x".repeat(100_000));
    const grown = await get("/change.txt");
    await appendFile(path, "more");
    assert.equal((await grown.text()).length, 100_000);

    await writeFile(path, "x".repeat(100_000));
    const cut = await get("/change.txt");
    await truncate(path, 10);
    const reader = cut.body!.getReader();
    await assert.rejects(async () => {
      while (!(await reader.read()).done);
    });
  });

  it("is not of what is no directory", async () => {
    const runtime = await detectRuntime();
    for (const path of ["/page.txt", "/none"]) {
      await assert.rejects(FileSite.open(`${directory}/site${path}`, { runtime }), {
        name: "CommandError",
        exitCode: 2,
      });
    }
  });
});

describe("contentType()", () => {
  const cases: [string, string][] = [
    ["a.HTML", "text/html; charset=utf-8"],
    ["a.b.png", "image/png"],
    ["a.constructor", "application/octet-stream"],
    ["README", "application/octet-stream"],
  ];
  for (const [name, type] of cases) {
    it(`takes ${name} for ${type}`, () => assert.equal(contentType(name), type));
  }
});
