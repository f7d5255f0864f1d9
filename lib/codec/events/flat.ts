/**
 * A copy of a text that holds nothing else in memory. Engines make a part of a string a view of the
 * whole, so that a name that is kept would keep all the input that it was read from.
 */
export function flat(text: string): string {
  // What is padded is written anew in every engine; what is put together with `+` is not.
  return text.padEnd(text.length + 1).slice(0, -1);
}
