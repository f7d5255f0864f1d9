import { readFileSync } from "node:fs";

/** A certificate of tests/data/tls with its key, in PEM. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

/** The authority that has signed the certificates of the tests, except the self-signed one. */
export const TEST_AUTHORITY: string = read("authority.pem");

/** Made by scripts/make_test_certificates. */
export function testCertificate(name: "server" | "expired" | "self_signed"): TestCertificate {
  return { cert: read(`${name}.pem`), key: read(`${name}.key`) };
}

function read(name: string): string {
  return readFileSync(new URL(`../data/tls/${name}`, import.meta.url), "utf8");
}
