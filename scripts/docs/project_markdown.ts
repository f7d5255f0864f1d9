import { type Markdown, readMarkdown } from "./markdown.ts";

/** What is not the project's own. */
const FOREIGN = new Set(["node_modules", "npm", "site", "coverage", ".git"]);

/**
 * Every Markdown file of the project, by its path from the root.
 *
 * @param root The absolute path of the project.
 */
export async function projectMarkdown(root: string): Promise<Map<string, Markdown>> {
  const pages = new Map<string, Markdown>();
  async function visit(folder: string): Promise<void> {
    for await (const { name, isDirectory } of Deno.readDir(`${root}/${folder}`)) {
      if (FOREIGN.has(name)) continue;
      if (isDirectory) await visit(`${folder}${name}/`);
      else if (name.endsWith(".md")) {
        const text = await Deno.readTextFile(`${root}/${folder}${name}`);
        pages.set(`${folder}${name}`, readMarkdown(text));
      }
    }
  }
  await visit("");
  return pages;
}
