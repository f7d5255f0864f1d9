/**
 * A source of random numbers: gives an integer from 0 to below `below`, each as likely as the others.
 * `below` is an integer from 1 to 2**53 - 1.
 */
export type RandomSource = (below: number) => number;

const SIZE = 2 ** 53;

/** A random number by the platform's generator for cryptography, without bias. */
export function randomBelow(below: number): number {
  // What is above the last whole multiple would make some numbers more likely.
  const limit = SIZE - SIZE % below;
  const words = new Uint32Array(2);
  for (;;) {
    crypto.getRandomValues(words);
    const number = (words[0]! & 0x1fffff) * 2 ** 32 + words[1]!;
    if (number < limit) return number % below;
  }
}

/** The same source, which refuses what it must not give. */
export function checkedRandom(random: RandomSource): RandomSource {
  return (below) => {
    const number = random(below);
    if (Number.isInteger(number) && number >= 0 && number < below) return number;
    throw new RangeError(`Cannot take ${number} for a random number from 0 to below ${below}`);
  };
}
