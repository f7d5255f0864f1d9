/** TorError and its children: everything that torcon throws. */
export * from "./tor_error.ts";
export * from "./connection_errors.ts";
export * from "./reply_errors.ts";
export * from "./socks_errors.ts";
export * from "./tls_errors.ts";
export * from "./http_errors.ts";
export * from "./launch_errors.ts";
export * from "./onion_errors.ts";
export * from "./circuit_errors.ts";
export * from "./path_errors.ts";
export * from "./state_errors.ts";
