import { InternTable } from "./intern_table.ts";

const statuses = new InternTable<string>((word) => word, 128);

/** The status that stands in a line. Statuses are few; each is made once. */
export function parseStatus(text: string, start: number, end: number): string {
  return statuses.get(text, start, end);
}
