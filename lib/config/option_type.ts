import { parseIsoTime } from "../codec/events/iso_time.ts";
import { DATA_UNITS, MSEC_UNITS, parseAmount, TIME_UNITS } from "./units.ts";

/** One value of an option, or one item of a list. */
export type OptionItem = string | number | boolean | Date;

/** How one value is checked, read and written. */
interface ItemType {
  /** What is expected, in words. */
  readonly expected: string;
  /** The value as it is kept; `undefined` where it is not of the type. */
  readonly check: (value: unknown) => OptionItem | undefined;
  /** The value in Tor's text; `undefined` where it cannot be read. */
  readonly read: (text: string) => OptionItem | undefined;
}

/** What a type of option means (control-spec, section 3.9, `config/names`). */
export interface OptionType {
  /** The type's name, as Tor tells it. */
  readonly name: string;
  /** Whether the option is a list, and how Tor takes it: on one line, or once for each item. */
  readonly list: "comma" | "lines" | undefined;
  /** How each value is checked, read and written. */
  readonly item: ItemType;
}

/** Lone surrogates other than those that stand for a byte cannot be sent. */
const NOT_TEXT = /[\0\uD800-\uDC7F\uDD00-\uDFFF]/u;

const TEXT: ItemType = {
  expected: "a text without a NUL",
  check: (value) => typeof value === "string" && !NOT_TEXT.test(value) ? value : undefined,
  read: (text) => text,
};

const LINE: ItemType = {
  expected: "a text that is not empty, or a number",
  check: (value) => {
    const text = typeof value === "number" && Number.isFinite(value) ? String(value) : value;
    return typeof text === "string" && text !== "" && !NOT_TEXT.test(text) ? text : undefined;
  },
  read: (text) => text,
};

const COMMA_ITEM: ItemType = {
  expected: "a text without commas and without spaces around it, or a number",
  check: (value) => {
    const text = LINE.check(value);
    return typeof text === "string" && !text.includes(",") && text === text.trim()
      ? text
      : undefined;
  },
  read: (text) => text,
};

const BOOLEAN: ItemType = {
  expected: "true, false, 1 or 0",
  check: (value) => {
    if (value === 0 || value === 1) return value === 1;
    return typeof value === "boolean" ? value : undefined;
  },
  read: (text) => text === "1" ? true : text === "0" ? false : undefined,
};

const BOOLEAN_OR_AUTO: ItemType = {
  expected: 'true, false, 1, 0 or "auto"',
  check: (value) => value === "auto" ? value : BOOLEAN.check(value),
  read: (text) => text === "auto" ? text : BOOLEAN.read(text),
};

const FLOAT: ItemType = {
  expected: "a finite number",
  check: (value) => typeof value === "number" && Number.isFinite(value) ? value + 0 : undefined,
  read: readNumber,
};

const PORT: ItemType = {
  expected: 'a port, or "auto"',
  check: (value) => value === "auto" ? value : wholeNumber(0, 65535).check(value),
  read: (text) => text === "auto" ? text : readNumber(text),
};

const TIME: ItemType = {
  expected: "a Date, or a time such as 2026-01-31 12:00:00",
  check: (value) =>
    typeof value === "string"
      ? parseIsoTime(value)
      : value instanceof Date && !Number.isNaN(value.getTime())
      ? new Date(value)
      : undefined,
  read: parseIsoTime,
};

const ITEMS: Readonly<Record<string, ItemType>> = {
  Boolean: BOOLEAN,
  "Boolean+Auto": BOOLEAN_OR_AUTO,
  Integer: wholeNumber(0, 2 ** 31 - 1),
  SignedInteger: wholeNumber(-(2 ** 31), 2 ** 31 - 1),
  Port: PORT,
  Float: FLOAT,
  DataSize: amount("bytes", DATA_UNITS, "1 GByte"),
  TimeInterval: amount("seconds", TIME_UNITS, "10 minutes"),
  TimeMsecInterval: amount("milliseconds", MSEC_UNITS, "100 msec"),
  Time: TIME,
  CommaList: COMMA_ITEM,
  RouterList: COMMA_ITEM,
  TimeIntervalCommaList: amount("seconds", TIME_UNITS, "10 minutes"),
  LineList: LINE,
  Dependent: LINE,
  Dependant: LINE,
  Virtual: LINE,
};

/** The type of the name; one that is not known is a text. */
export function optionType(name: string): OptionType {
  const item = Object.hasOwn(ITEMS, name) ? ITEMS[name]! : TEXT;
  const list = item === LINE ? "lines" : /(?:Comma|Router)List$/.test(name) ? "comma" : undefined;
  return { name, list, item };
}

/**
 * Checks a value, and gives it in the form in which it is kept.
 *
 * @throws {TypeError} Where it is not of the option's type.
 * @throws {RangeError} Where it is a number out of the type's range.
 */
export function checkItem(option: string, { item, name }: OptionType, value: unknown): OptionItem {
  const checked = item.check(value);
  if (checked !== undefined) return checked;
  const message = `Cannot set ${option} (${name}) to ${describe(value)}: expected ${item.expected}`;
  // A type that takes numbers takes 1.
  const isOutOfRange = typeof value === "number" && item.check(1) !== undefined;
  throw isOutOfRange ? new RangeError(message) : new TypeError(message);
}

/** Reads the values that Tor gave; what cannot be read is kept as text. */
export function readItems({ item, list }: OptionType, lines: readonly string[]): OptionItem[] {
  const texts = list === "comma"
    ? lines.flatMap((line) => line.split(",").map((text) => text.trim()))
    : lines;
  return texts.filter((text) => text !== "").map((text) => item.read(text) ?? text);
}

/** The values as Tor takes them, each one line of the option. */
export function writeItems({ list }: OptionType, items: readonly OptionItem[]): string[] {
  const texts = items.map(writeItem);
  return list === "comma" && texts.length > 0 ? [texts.join(",")] : texts;
}

function writeItem(item: OptionItem): string {
  if (typeof item === "boolean") return item ? "1" : "0";
  if (typeof item === "number") return writeNumber(item);
  // To the second, as Tor writes it.
  return item instanceof Date ? item.toISOString().slice(0, 19).replace("T", " ") : item;
}

/** Tor reads no exponents in whole numbers. */
function writeNumber(value: number): string {
  return Number.isInteger(value) ? BigInt(value).toString() : String(value);
}

/** What a message shows of a value: never a text, which may be secret. */
function describe(value: unknown): string {
  if (typeof value === "string") return "this text";
  if (typeof value === "symbol" || typeof value === "function") return `a ${typeof value}`;
  if (typeof value === "object" && value !== null) {
    return Array.isArray(value) ? "a list" : "an object";
  }
  return String(value);
}

function wholeNumber(min: number, max: number): ItemType {
  return {
    expected: `a whole number from ${min} to ${max}`,
    check: (value) =>
      typeof value === "number" && Number.isInteger(value) && value >= min && value <= max
        ? value + 0
        : undefined,
    read: readNumber,
  };
}

function amount(unit: string, units: ReadonlyMap<string, number>, example: string): ItemType {
  const { check } = wholeNumber(0, Number.MAX_SAFE_INTEGER);
  return {
    expected: `a whole number of ${unit}, or words such as "${example}"`,
    check: (value) => check(typeof value === "string" ? parseAmount(value, units) : value),
    read: (text) => parseAmount(text, units),
  };
}

/** Reads a number; one that a `number` cannot hold is none. */
function readNumber(text: string): number | undefined {
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return undefined;
  const value = Number(text) + 0;
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : value;
}
