/**
 * Refuses a prefix that would put a temporary directory elsewhere.
 *
 * @throws {RangeError} Where it has a path separator.
 */
export function checkPrefix(prefix: string): void {
  if (/[/\\\0]/.test(prefix)) {
    throw new RangeError(`Cannot use the prefix "${prefix}": it has a path separator`);
  }
}
