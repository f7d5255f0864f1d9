/** What `deno doc --json` prints, as far as it is read here. */
export interface DocOutput {
  /** The entries, by the URL of each. */
  readonly nodes: Readonly<Record<string, { readonly symbols: readonly DocSymbol[] }>>;
}

/** A public name. */
export interface DocSymbol {
  readonly name: string;
  readonly declarations: readonly DocDeclaration[];
}

/** What a name stands for; a function has one for each overload. */
export interface DocDeclaration extends Documented {
  readonly kind: string;
  readonly declarationKind: string;
  readonly def?: {
    readonly isAbstract?: boolean | undefined;
    readonly extends?: string | undefined;
    readonly constructors?: readonly DocMember[] | undefined;
    readonly methods?: readonly DocMember[] | undefined;
    readonly properties?: readonly DocMember[] | undefined;
  };
}

/** What has a docstring. */
interface Documented {
  /** The line counts from 0. */
  readonly location: { readonly filename: string; readonly line: number };
  readonly jsDoc?: { readonly tags?: readonly DocTag[] | undefined } | undefined;
}

interface DocMember extends Documented {
  readonly name: string;
  readonly accessibility?: string | undefined;
}

interface DocTag {
  readonly kind: string;
  readonly doc?: string | undefined;
}

/** How docstrings are checked. */
export interface DocFaultsOptions {
  /** What examples import. */
  packageName: string;
  /** Gives the source of a file, by its URL. */
  readSource: (url: string) => string;
}

/** What the docstrings of public names lack, a line each, in the order of the files. */
export function docFaults(
  { nodes }: DocOutput,
  { packageName, readSource }: DocFaultsOptions,
): string[] {
  const faults = new Set<string>();
  const sources = new Map<string, readonly string[]>();
  const linesOf = (url: string) => {
    const lines = sources.get(url) ?? readSource(url).split("\n");
    sources.set(url, lines);
    return lines;
  };
  const symbols = Object.values(nodes).flatMap(({ symbols }) => symbols);
  const classes = new Map(symbols.map((symbol) => [symbol.name, symbol]));

  for (const { name, declarations } of symbols) {
    for (const declaration of declarations) {
      if (declaration.declarationKind !== "export") continue;
      const note = ({ location }: Documented, fault: string) =>
        faults.add(`${new URL(location.filename).pathname}:${location.line + 1}: ${fault}`);
      if (!hasExample(name, { declaration, classes })) {
        note(declaration, `${name} has no @example`);
      }
      for (const [member, title] of documented(name, declaration)) {
        for (const fault of exampleFaults(member, packageName)) note(member, `${title} ${fault}`);
      }
      const calls = callable(name, declaration);
      for (const [member, title] of calls) {
        // What an overload says holds for the implementation.
        const tags = calls.flatMap(([other, otherTitle]) =>
          otherTitle === title ? tagsOf(other) : []
        );
        const thrown = throwsOf(member, linesOf(member.location.filename));
        if (thrown !== undefined && !tags.some(({ kind }) => kind === "throws")) {
          note(member, `${title} throws a ${thrown}, and has no @throws`);
        }
      }
    }
  }
  return [...faults].sort();
}

/**
 * Whether a class or a function has an example: its own, of a member, of the class that it extends, or,
 * where nobody can make one, of a class that extends it.
 */
function hasExample(
  name: string,
  { declaration, classes }: {
    declaration: DocDeclaration;
    classes: ReadonlyMap<string, DocSymbol>;
  },
): boolean {
  if (declaration.kind !== "class" && declaration.kind !== "function") return true;
  const own = documented(name, declaration)
    .some(([member]) => tagsOf(member).some(({ kind }) => kind === "example"));
  if (own) return true;
  if (declaration.def?.isAbstract) {
    const heirs = [...classes].filter(([, { declarations }]) =>
      declarations.some(({ def }) => def?.extends === name)
    );
    return heirs.some(([heir, { declarations }]) =>
      declarations.some((child) => {
        return child.def?.isAbstract
          ? hasExample(heir, { declaration: child, classes })
          : documented(heir, child).some(([member]) =>
            tagsOf(member).some(({ kind }) => kind === "example")
          );
      })
    );
  }
  // Overloads, and classes that add nothing but a name to another.
  const above = declaration.kind === "function" ? name : declaration.def?.extends;
  const other = above === undefined ? undefined : classes.get(above);
  return other?.declarations.some((parent) =>
    parent !== declaration && parent.kind === declaration.kind &&
    (parent.kind === "class"
      ? hasExample(other.name, { declaration: parent, classes })
      : tagsOf(parent).some(({ kind }) => kind === "example"))
  ) ?? false;
}

function tagsOf({ jsDoc }: Documented): readonly DocTag[] {
  return jsDoc?.tags ?? [];
}

/** A name's declaration and its members, with what they are called. */
function documented(name: string, declaration: DocDeclaration): [Documented, string][] {
  const { properties = [] } = declaration.def ?? {};
  return [
    [declaration, name],
    ...callable(name, declaration),
    ...properties.map((member): [Documented, string] => [member, `${name}.${member.name}`]),
  ];
}

/** What of it can be called. */
function callable(name: string, declaration: DocDeclaration): [Documented, string][] {
  if (declaration.kind === "function") return [[declaration, name]];
  if (declaration.kind !== "class") return [];
  const { constructors = [], methods = [] } = declaration.def ?? {};
  return [
    ...constructors.filter(({ accessibility }) => accessibility !== "private")
      .map((member): [Documented, string] => [member, `new ${name}()`]),
    ...methods.map((member): [Documented, string] => [member, `${name}.${member.name}()`]),
  ];
}

function exampleFaults(member: Documented, packageName: string): string[] {
  return tagsOf(member).filter(({ kind }) => kind === "example").flatMap(({ doc = "" }) => {
    const [title = "", ...rest] = doc.trim().split("\n");
    const faults = [];
    if (title.startsWith("```")) faults.push("has an @example without a title");
    if (!rest.join("\n").includes(`from "${packageName}`)) {
      faults.push(`has an @example that does not import ${packageName}`);
    }
    if (/^```ts .+$/m.test(doc)) faults.push("has an @example that is not checked");
    return faults;
  });
}

/** The class of what a function throws by itself, by its source; `undefined` where it throws nothing. */
function throwsOf({ location }: Documented, lines: readonly string[]): string | undefined {
  const start = location.line;
  const indent = /^ */.exec(lines[start] ?? "")?.[0] ?? "";
  const isOneLine = /[;}]$/.test(lines[start] ?? "");
  const end = isOneLine
    ? start
    : lines.findIndex((line, index) => index > start && line === `${indent}}`);
  // What a callback throws goes to whoever calls that.
  const body = lines.slice(start, end < 0 ? start + 1 : end);
  const own = new RegExp(`^${indent} {2,6}(?:if \\(.*\\) )?throw new (\\w+)`);
  return body.map((line) => own.exec(line)?.[1]).find((name) => name !== undefined);
}
