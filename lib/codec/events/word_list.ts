import { InternTable } from "./intern_table.ts";

/** Lists such as `NEED_CAPACITY,NEED_UPTIME` are few, and come in every event. */
const lists = new InternTable<readonly string[]>(
  (word) => Object.freeze(word === "" ? [] : word.split(",")),
  128,
);

/** The words of a list that is parted by commas; the array is shared and frozen. */
export function parseList(text: string, start: number, end: number): readonly string[] {
  return lists.get(text, start, end);
}
