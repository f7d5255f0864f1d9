import { InternTable } from "./intern_table.ts";

/** Lists such as `NEED_CAPACITY,NEED_UPTIME` are few, and come in every event. */
const lists = new InternTable<readonly string[]>(
  (list) => Object.freeze(list === "" ? [] : list.split(",")),
  128,
);

/** The words of a list that is parted by commas; the array is shared and frozen. */
export function parseList(list: string): readonly string[] {
  return lists.get(list, 0, list.length);
}
