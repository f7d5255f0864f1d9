/**
 * What the example uses of Bun's test runner, so that it can be checked without Bun's own types
 * (`@types/bun`), which a project that is tested by Bun has.
 */
declare module "bun:test" {
  /** Defines a test, which may take `timeout` milliseconds. */
  export function test(name: string, body: () => Promise<void>, timeout?: number): void;

  /** What can be said of a value. */
  export interface Matchers {
    toBe(expected: unknown): void;
    toEqual(expected: unknown): void;
    readonly rejects: { toThrow(): Promise<void> };
  }

  /** Says something of a value. */
  export function expect(actual: unknown): Matchers;
}
