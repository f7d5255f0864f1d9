import {
  AddressInUseError,
  ConnectionRefusedError,
  DisconnectedError,
  ExecutableNotFoundError,
  PathNotFoundError,
  PermissionError,
  TorError,
} from "../errors/mod.ts";

/** What {@linkcode platformError} must know of the call that failed. */
export interface PlatformErrorOptions {
  /** The path that the call was about: a missing one is a `PathNotFoundError`. */
  path?: string | undefined;
  /** The program that the call was to start: a missing one is an `ExecutableNotFoundError`. */
  command?: string | undefined;
  /** The Deno flags that permit the call, such as `"--allow-net=127.0.0.1:9051"`. */
  flags?: string | undefined;
}

/** The platform's own code, such as `"ECONNREFUSED"`; Node, Bun and Deno share these. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}

/**
 * The platform's error as one of torcon's classes, with the platform's as `cause`.
 *
 * @param action What was attempted, to follow "Cannot", such as `"connect to 127.0.0.1:9051"`.
 * @param cause What the platform threw.
 */
export function platformError(
  action: string,
  cause: unknown,
  options: PlatformErrorOptions = {},
): TorError {
  const { path, command, flags } = options;
  if ((cause as { name?: unknown } | null)?.name === "NotCapable") {
    const why = flags === undefined ? reason(cause) : `Deno was not granted ${flags}`;
    return new PermissionError(`Cannot ${action}: ${why}`, { cause });
  }
  switch (errorCode(cause)) {
    case "ECONNREFUSED":
      return new ConnectionRefusedError(`Cannot ${action}: the connection was refused`, { cause });
    case "ENOENT":
      if (command !== undefined) {
        const message = `Cannot ${action}: there is no such program`;
        return new ExecutableNotFoundError(message, command, { cause });
      }
      if (path !== undefined) {
        return new PathNotFoundError(`Cannot ${action}: there is no such path`, path, { cause });
      }
      break;
    case "EACCES":
    case "EPERM":
      return new PermissionError(`Cannot ${action}: permission denied`, { cause });
    case "EADDRINUSE":
      return new AddressInUseError(`Cannot ${action}: the address is in use`, { cause });
  }
  return new TorError(`Cannot ${action}: ${reason(cause)}`, { cause });
}

/** The error of a connection that broke after it was open. */
export function brokenConnection(peer: string, cause: unknown): DisconnectedError {
  return new DisconnectedError(`Lost the connection with ${peer}: ${reason(cause)}`, { cause });
}

/** The error of a write to a connection that was closed on this side. */
export function closedHere(peer: string, cause?: unknown): DisconnectedError {
  const options = cause === undefined ? undefined : { cause };
  return new DisconnectedError(`Cannot use the connection with ${peer}: it was closed`, options);
}

function reason(cause: unknown): string {
  return cause instanceof Error && cause.message !== "" ? cause.message : String(cause);
}
