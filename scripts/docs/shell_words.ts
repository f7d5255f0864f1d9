/**
 * The simple commands of a shell text, each as its words: comments, redirections and assignments before
 * a command are left out, and a prompt too. It knows quotes and lines that go on, but nothing of what a
 * shell puts in the place of variables.
 */
export function shellCommands(text: string): string[][] {
  const commands: string[][] = [];
  for (const line of text.replace(/\\\n\s*/g, "").split("\n")) {
    let words: string[] = [];
    const end = () => {
      while (/^(\w+=.*|\$)$/.test(words[0] ?? "")) words.shift();
      if (words.length > 0) commands.push(words);
      words = [];
    };
    let skipsNext = false;
    for (const token of line.match(TOKEN) ?? []) {
      if (token.startsWith("#")) break;
      if (/^[|&;]+$/.test(token)) end();
      else if (/^\d?[<>]+&?\d?$/.test(token)) skipsNext = !/&\d$/.test(token);
      else if (skipsNext) skipsNext = false;
      else words.push(unquote(token));
    }
    end();
  }
  return commands;
}

/** A comment, a separator, a redirection, or a word with its quotes. */
const TOKEN = /#.*|[|&;]+|\d?[<>]+(?:&\d)?|(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\|&;<>])+/g;

function unquote(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/g,
    (_, single?: string, double?: string, escaped?: string) =>
      single ?? double?.replace(/\\(.)/g, "$1") ?? escaped ?? "",
  );
}
