import { InternTable } from "./intern_table.ts";
import { type LongName, parseLongName } from "./long_name.ts";

/** Relays are in many paths: some clients see all of them, most see a few. */
const relays = new InternTable<LongName | undefined>((word) => {
  const longName = parseLongName(word);
  return longName && Object.freeze(longName);
}, 8192);

/** Parses relays that are parted by commas; `undefined` where one is not a `LongName`. */
export function parsePath(
  text: string,
  start: number,
  end: number,
): readonly LongName[] | undefined {
  const path: LongName[] = [];
  for (let position = start; position <= end;) {
    let comma = text.indexOf(",", position);
    if (comma < 0 || comma > end) comma = end;
    const relay = relays.get(text, position, comma);
    if (relay === undefined) return undefined;
    path.push(relay);
    position = comma + 1;
  }
  return path;
}
