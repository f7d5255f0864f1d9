/** A fenced block of code. */
export interface MarkdownBlock {
  /** What stands behind the fence, such as `"ts"`; empty where nothing does. */
  readonly info: string;
  /** What is between the fences. */
  readonly text: string;
  /** The line of the opening fence, from 1. */
  readonly line: number;
}

/** A link, or an image. */
export interface MarkdownLink {
  /** Where it leads, as it is written. */
  readonly target: string;
  /** Its line, from 1. */
  readonly line: number;
}

/** What the checks need to know of a Markdown file. */
export interface Markdown {
  /** The fenced blocks, in order. */
  readonly blocks: readonly MarkdownBlock[];
  /** The links outside of code, in order. */
  readonly links: readonly MarkdownLink[];
  /** Code within the text, without its backticks, by line. */
  readonly codeSpans: readonly { readonly text: string; readonly line: number }[];
  /** What a link into the file can name: its headings, as GitHub and JSR name them. */
  readonly anchors: ReadonlySet<string>;
}

/**
 * Reads the parts of a Markdown file that can be wrong.
 *
 * @throws {SyntaxError} Where a block does not end.
 */
export function readMarkdown(text: string): Markdown {
  const blocks: MarkdownBlock[] = [];
  const prose: string[] = [];
  let open:
    | { fence: string; indent: string; info: string; lines: string[]; line: number }
    | undefined;
  for (const [index, content] of text.split("\n").entries()) {
    const [, indent = "", fence, info = ""] = /^( *)(`{3,}|~{3,})(.*)$/.exec(content) ?? [];
    if (open === undefined) {
      if (fence !== undefined) {
        open = { fence, indent, info: info.trim(), lines: [], line: index + 1 };
      }
      prose.push(fence === undefined ? content : "");
      continue;
    }
    prose.push("");
    if (fence?.startsWith(open.fence) && info.trim() === "") {
      blocks.push({ info: open.info, text: open.lines.join("\n"), line: open.line });
      open = undefined;
    } else {
      open.lines.push(
        content.startsWith(open.indent) ? content.slice(open.indent.length) : content,
      );
    }
  }
  if (open !== undefined) throw new SyntaxError(`The block of line ${open.line} does not end`);
  return { blocks, ...readProse(prose) };
}

const LINK = /\[(?:[^\][]|\[[^\]]*\])*\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g;
const DEFINITION = /^\[[^\]]+\]:\s+<?([^\s>]+)>?/gm;
const HTML = /\s(?:href|src)="([^"]+)"/g;

function readProse(lines: readonly string[]): Omit<Markdown, "blocks"> {
  const whole = lines.join("\n");
  const lineAt = (index: number) => whole.slice(0, index).split("\n").length;
  // As long as it was, so that the lines stay the same.
  const bare = whole.replace(
    /(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)/gs,
    (code) => code.replace(/[^\n]/g, "x"),
  );
  const links = [LINK, DEFINITION, HTML].flatMap((pattern) =>
    [...bare.matchAll(pattern)].map(({ 1: target = "", index }) => ({
      target,
      line: lineAt(index),
    }))
  );
  const codeSpans = [...whole.matchAll(/(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)/gs)].map((match) => ({
    // In a table a bar has a backslash before it.
    text: match[2]!.replaceAll("\n", " ").replaceAll("\\|", "|").trim(),
    line: lineAt(match.index),
  }));
  return { links: links.sort((a, b) => a.line - b.line), codeSpans, anchors: anchorsOf(lines) };
}

function anchorsOf(lines: readonly string[]): Set<string> {
  const anchors = new Set<string>();
  for (const line of lines) {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = text.replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, "").replace(/\s/g, "-");
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}
