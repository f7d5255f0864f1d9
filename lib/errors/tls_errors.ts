import { TorError } from "./tor_error.ts";

/** What a {@linkcode TlsError} tells besides its message. */
export interface TlsErrorDetails {
  /** The name or IP address that the server was to prove. */
  readonly serverName: string;
  /** The platform's own code, such as `"ERR_SSL_WRONG_VERSION_NUMBER"`; `undefined` where it has none. */
  readonly code?: string | undefined;
}

/**
 * A TLS handshake failed: the server does not speak TLS, or no version, cipher or protocol that both
 * accept. `cause` is the platform's error.
 */
export class TlsError extends TorError {
  /** The class's own name. */
  override name: string = "TlsError";
  /** The name or IP address that the server was to prove. */
  readonly serverName: string;
  /** The platform's own code, such as `"ERR_SSL_WRONG_VERSION_NUMBER"`; `undefined` where it has none. */
  readonly code: string | undefined;

  /** Builds the error for a handshake. */
  constructor(message: string, details: TlsErrorDetails, options?: ErrorOptions) {
    super(message, options);
    this.serverName = details.serverName;
    this.code = details.code;
  }
}

/**
 * The server's certificate does not prove that it is who it was to be: it is made out for another
 * name, has expired, or comes from no authority that is trusted. `code` tells which, by OpenSSL's
 * name (`"CERT_HAS_EXPIRED"`, `"DEPTH_ZERO_SELF_SIGNED_CERT"`) or Node's
 * (`"ERR_TLS_CERT_ALTNAME_INVALID"`); Deno tells less, such as `"UNABLE_TO_VERIFY_LEAF_SIGNATURE"` of
 * one that has expired.
 *
 * @example Tell a wrong certificate from other failures
 * ```ts
 * import { CertificateError, TlsError } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const details = { serverName: "www.example", code: "CERT_HAS_EXPIRED" };
 * const error = new CertificateError("Cannot trust www.example: certificate has expired", details);
 * assert.ok(error instanceof TlsError);
 * assert.equal(error.code, "CERT_HAS_EXPIRED");
 * ```
 */
export class CertificateError extends TlsError {
  /** The class's own name. */
  override name: string = "CertificateError";
}
