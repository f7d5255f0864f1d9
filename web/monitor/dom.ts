/// <reference lib="dom" />
import { harmless } from "../../lib/cli/harmless.ts";

/** The attributes of an element; those that are `undefined` are left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** What an element is made of; a text is never more than a text. */
export type Child = Node | string;

/** Makes an element of HTML. */
export function html<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(name), attributes, children);
}

/** Makes an element of SVG. */
export function svg<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

/** Gives an element other children. */
export function fill(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren(...children.map(nodeOf));
}

/** The element of the page that has this id. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no #${id}`);
  return found as T;
}

function filled<T extends Element>(
  element: T,
  attributes: Attributes,
  children: readonly Child[],
): T {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(name, harmless(String(value)));
  }
  fill(element, ...children);
  return element;
}

/** Others have a say in what is shown: what would turn the direction of a text is shown as an escape. */
function nodeOf(child: Child): Node {
  return typeof child === "string" ? document.createTextNode(harmless(child)) : child;
}
