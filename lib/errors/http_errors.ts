import { DisconnectedError } from "./connection_errors.ts";

/**
 * An HTTP server ended the connection before the first byte of its answer. `cause` tells why, where
 * the connection broke. On a connection that was kept from an earlier request it usually means that
 * the server had closed it meanwhile.
 */
export class NoResponseError extends DisconnectedError {
  /** The class's own name. */
  override name: string = "NoResponseError";
}
