/** A failure that tells the exit code it ends the command with. */
export class CommandError extends Error {
  override name: string = "CommandError";
  /** The exit code. */
  readonly exitCode: number;

  /** Makes one of a message in one line, which says what to do. */
  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
