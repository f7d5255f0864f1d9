import {
  type CallExpression,
  type Expression,
  type ForOfStatement,
  type Identifier,
  isAsExpression,
  isBindingElement,
  isCallExpression,
  isElementAccessExpression,
  isExportDeclaration,
  isExternalModuleReference,
  isFunctionLikeDeclaration,
  isIdentifier,
  isImportDeclaration,
  isImportEqualsDeclaration,
  isImportTypeNode,
  isLiteralTypeNode,
  isNonNullExpression,
  isObjectBindingPattern,
  isParenthesizedExpression,
  isPropertyAccessExpression,
  isSatisfiesExpression,
  isStringLiteralLikeNode,
  isVariableDeclaration,
  isVariableDeclarationList,
  type Node,
  NodeFlags,
  type SourceFile,
  SyntaxKind,
} from "typescript/unstable/ast";
import type { Checker } from "typescript/unstable/async";

/** One import, in whichever form it is written. */
export interface ImportFact {
  /** What is imported, as written; `undefined` where a dynamic import computes it. */
  readonly specifier: string | undefined;
  /** Whether it is loaded with the module, on demand, or only known to the type checker. */
  readonly kind: "static" | "dynamic" | "type";
  /** The line, from 1. */
  readonly line: number;
}

/** Something of the source that a rule may forbid. */
export interface ConstructFact {
  /** What it is. */
  readonly kind: "platform name" | "using" | "top-level await" | "reference directive";
  /** Its name or text. */
  readonly text: string;
  /** The line, from 1. */
  readonly line: number;
}

/** What the rules need to know of one module. */
export interface ModuleFacts {
  /** The path from the root of the project, such as `lib/util/hex.ts`. */
  readonly path: string;
  /** Its imports, in the order of the source. */
  readonly imports: readonly ImportFact[];
  /** What else it holds. */
  readonly constructs: readonly ConstructFact[];
}

/** Globals that name a platform wherever they stand. */
const PLATFORM_NAMES: ReadonlySet<string> = new Set(["Deno", "Bun"]);

/**
 * Globals of one platform, or missing in Node 20, whose names are also common words: they count
 * where they are not declared in the module itself.
 */
const AMBIENT_NAMES: ReadonlySet<string> = new Set([
  ..."process Buffer require module exports __dirname __filename global".split(" "),
  ..."setImmediate clearImmediate navigator window self document location".split(" "),
  ..."localStorage sessionStorage XMLHttpRequest WebSocket EventSource Worker".split(" "),
]);

const isPlatformName = (name: string) => PLATFORM_NAMES.has(name) || AMBIENT_NAMES.has(name);

/** Reads the facts of a module from its syntax tree; `checker` tells globals from local names. */
export async function moduleFacts(
  source: SourceFile,
  options: { path: string; checker: Checker },
): Promise<ModuleFacts> {
  const imports: ImportFact[] = [];
  const constructs: ConstructFact[] = [];
  const ambiguous: Identifier[] = [];
  const lineOf = (node: Node) =>
    source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
  const add = (kind: ConstructFact["kind"], text: string, node: Node) =>
    constructs.push({ kind, text, line: lineOf(node) });

  function visit(node: Node, inFunction: boolean): void {
    const found = importOf(node);
    if (found !== undefined) imports.push({ ...found, line: lineOf(node) });

    if (isVariableDeclarationList(node) && (node.flags & NodeFlags.Using) !== 0) {
      add("using", node.getText(source), node);
    }
    if (!inFunction && waits(node)) add("top-level await", firstLine(node.getText(source)), node);

    if (isIdentifier(node)) {
      if (PLATFORM_NAMES.has(node.text)) add("platform name", node.text, node);
      else if (AMBIENT_NAMES.has(node.text) && !isMemberName(node)) ambiguous.push(node);
    }
    for (const name of namesTakenFromGlobalThis(node)) add("platform name", name, node);

    const within = inFunction || isFunctionLikeDeclaration(node);
    node.forEachChild((child) => visit(child, within));
  }
  visit(source, false);

  for (const directive of [...source.referencedFiles, ...source.typeReferenceDirectives]) {
    constructs.push({ kind: "reference directive", text: directive.fileName, line: 1 });
  }

  const symbols = ambiguous.length === 0
    ? []
    : await options.checker.getSymbolAtLocation(ambiguous);
  ambiguous.forEach((node, i) => {
    const local = symbols[i]?.declarations.some(({ path }) => path === source.path) ?? false;
    if (!local) add("platform name", node.text, node);
  });

  return { path: options.path, imports, constructs };
}

/** The import that a node is, if it is one. */
function importOf(node: Node): Omit<ImportFact, "line"> | undefined {
  if (isImportDeclaration(node)) {
    const isType = node.importClause?.phaseModifier === SyntaxKind.TypeKeyword;
    return { specifier: literal(node.moduleSpecifier), kind: isType ? "type" : "static" };
  }
  if (isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return { specifier: literal(node.moduleSpecifier), kind: node.isTypeOnly ? "type" : "static" };
  }
  if (isImportEqualsDeclaration(node) && isExternalModuleReference(node.moduleReference)) {
    const { expression } = node.moduleReference;
    return { specifier: literal(expression), kind: node.isTypeOnly ? "type" : "static" };
  }
  if (isImportTypeNode(node)) {
    const { argument } = node;
    const specifier = isLiteralTypeNode(argument) ? literal(argument.literal) : undefined;
    return { specifier, kind: "type" };
  }
  if (isDynamicImport(node)) {
    return { specifier: literal(node.arguments[0]), kind: "dynamic" };
  }
  return undefined;
}

function isDynamicImport(node: Node): node is CallExpression {
  return isCallExpression(node) && node.expression.kind === SyntaxKind.ImportKeyword;
}

function literal(node: Node | undefined): string | undefined {
  return node !== undefined && isStringLiteralLikeNode(node) ? node.text : undefined;
}

/** `await`, `for await` and `await using`. */
function waits(node: Node): boolean {
  return node.kind === SyntaxKind.AwaitExpression ||
    (node.kind === SyntaxKind.ForOfStatement &&
      (node as ForOfStatement).awaitModifier !== undefined) ||
    (isVariableDeclarationList(node) &&
      (node.flags & NodeFlags.AwaitUsing) === NodeFlags.AwaitUsing);
}

/** Whether an identifier only names a member, as in `tor.process`, and refers to nothing itself. */
function isMemberName(node: Identifier): boolean {
  const { parent } = node;
  return (isPropertyAccessExpression(parent) && parent.name === node) ||
    (isBindingElement(parent) && parent.propertyName === node) ||
    parent.kind === SyntaxKind.QualifiedName;
}

/** The platform names in `globalThis.process`, `globalThis["process"]`, `{ process } = globalThis`. */
function namesTakenFromGlobalThis(node: Node): string[] {
  if (isPropertyAccessExpression(node) && isGlobalThis(node.expression)) {
    return [node.name.text].filter((name) => AMBIENT_NAMES.has(name));
  }
  if (isElementAccessExpression(node) && isGlobalThis(node.expression)) {
    return [literal(node.argumentExpression) ?? ""].filter(isPlatformName);
  }
  if (
    isVariableDeclaration(node) && isObjectBindingPattern(node.name) &&
    node.initializer !== undefined && isGlobalThis(node.initializer)
  ) {
    return node.name.elements.flatMap((element) => {
      const name = element.propertyName ?? element.name;
      const isAmbient = name !== undefined && isIdentifier(name) && AMBIENT_NAMES.has(name.text);
      return isAmbient ? [name.text] : [];
    });
  }
  return [];
}

function isGlobalThis(node: Expression): boolean {
  while (
    isParenthesizedExpression(node) || isAsExpression(node) || isNonNullExpression(node) ||
    isSatisfiesExpression(node)
  ) node = node.expression;
  return isIdentifier(node) && node.text === "globalThis";
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
