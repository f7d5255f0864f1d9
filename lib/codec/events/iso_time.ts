import { flat } from "./flat.ts";

/**
 * Parses a time of control-spec (section 2.4): `ISOTime` (`2026-11-21 20:08:02`), `ISOTime2` (with a
 * `T`) and `ISOTime2Frac` (with a fraction of a second), all in UTC. A zone mark (`Z`, `+01:00`) is
 * accepted after any of them. A `Date` has milliseconds: further digits are dropped.
 *
 * @param text The time.
 * @returns The time, or `undefined` where the text is none.
 *
 * @example Read a time with a fraction
 * ```ts
 * import { parseIsoTime } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const time = parseIsoTime("2026-11-21T20:07:59.277932");
 * assert.equal(time?.toISOString(), "2026-11-21T20:07:59.277Z");
 * ```
 */
export function parseIsoTime(text: string): Date | undefined {
  const time = isoMilliseconds(text, 0, text.length);
  return Number.isNaN(time) ? undefined : new Date(time);
}

/** Like {@linkcode parseIsoTime} for a part of a text: milliseconds since 1970, or `NaN`. */
export function isoMilliseconds(text: string, start: number, end: number): number {
  // "YYYY-MM-DDTHH:MM:SS" is 19 characters.
  if (end - start < 19) return NaN;
  const separator = text.charCodeAt(start + 10);
  if (
    text.charCodeAt(start + 4) !== DASH || text.charCodeAt(start + 7) !== DASH ||
    (separator !== 0x54 && separator !== 0x20) ||
    text.charCodeAt(start + 13) !== COLON || text.charCodeAt(start + 16) !== COLON
  ) {
    return NaN;
  }
  const hours = twoDigits(text, start + 11);
  const minutes = twoDigits(text, start + 14);
  const seconds = twoDigits(text, start + 17);
  // NaN fails each comparison.
  if (!(hours < 24 && minutes < 60 && seconds <= 60)) return NaN;
  const day = dayMilliseconds(text, start);
  const time = day + ((hours * 60 + minutes) * 60 + seconds) * 1000;
  return end === start + 19 ? time : time + fractionAndZone(text, start + 19, end);
}

const DASH = 0x2d;
const COLON = 0x3a;

/** Events come in order of time, so that nearly all of them are of the day of the one before. */
let lastDay = "";
let lastDayTime = NaN;

/** Milliseconds from 1970 to the beginning of the day `YYYY-MM-DD`, or `NaN`. */
function dayMilliseconds(text: string, start: number): number {
  const name = text.slice(start, start + 10);
  if (name === lastDay) return lastDayTime;
  const year = twoDigits(text, start) * 100 + twoDigits(text, start + 2);
  const month = twoDigits(text, start + 5);
  const day = twoDigits(text, start + 8);
  const date = new Date(0);
  const time = date.setUTCFullYear(year, month - 1, day);
  // A month or a day that does not exist would have moved the date on.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return NaN;
  lastDay = flat(name);
  lastDayTime = time;
  return time;
}

/** Milliseconds of what follows the seconds: `.123456`, `Z`, `+01:00`; or `NaN`. */
function fractionAndZone(text: string, start: number, end: number): number {
  let position = start;
  let milliseconds = 0;
  if (text.charCodeAt(position) === 0x2e) {
    let scale = 100;
    for (position++; position < end; position++) {
      const digit = text.charCodeAt(position) - 0x30;
      if (!(digit >= 0 && digit <= 9)) break;
      milliseconds += digit * scale;
      scale = scale === 100 ? 10 : scale === 10 ? 1 : 0;
    }
    if (position === start + 1) return NaN;
  }
  if (position === end) return milliseconds;
  const zone = text.slice(position, end);
  if (zone === "Z") return milliseconds;
  const match = /^([+-])([01]\d|2[0-3]):?([0-5]\d)$/.exec(zone);
  if (match === null) return NaN;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return milliseconds + (match[1] === "-" ? minutes : -minutes) * 60_000;
}

/** The number of two digits, or `NaN`. */
function twoDigits(text: string, start: number): number {
  const tens = text.charCodeAt(start) - 0x30;
  const ones = text.charCodeAt(start + 1) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}
