/** One control connection: its read loop, its queue of commands, its events, its authentication. */
export * from "./auth/authenticate.ts";
export * from "./auth/protocol_info.ts";
export * from "./back_off.ts";
export * from "./commands/circuit_commands.ts";
export * from "./commands/command_base.ts";
export * from "./commands/configuration_commands.ts";
export * from "./commands/onion_commands.ts";
export * from "./commands/onion_secrets.ts";
export * from "./commands/session_commands.ts";
export * from "./connection.ts";
export * from "./connection_events.ts";
export * from "./dial.ts";
