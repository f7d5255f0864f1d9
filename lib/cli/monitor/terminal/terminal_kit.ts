import { CommandError } from "../../command_error.ts";
import { EXIT } from "../../exit_code.ts";

/** How a cell looks; a colour by its name. */
export interface KitAttributes {
  readonly color?: string;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly inverse?: boolean;
  readonly defaultColor?: boolean;
  readonly bgDefaultColor?: boolean;
}

/** What is used of a `ScreenBuffer`: cells, of which those are drawn that have changed. */
export interface KitBuffer {
  /** Without `markup` and further arguments the text is put as it is. */
  put(options: { x: number; y: number; attr: KitAttributes }, text: string): void;
  draw(options: { delta: boolean }): void;
}

/** What is used of the terminal. Nothing is written by it: its own methods take markup and formats. */
export interface KitTerminal {
  readonly width: number;
  readonly height: number;
  fullscreen(on: boolean): void;
  hideCursor(hidden?: boolean): void;
  grabInput(on: boolean): void;
  styleReset(): void;
  on(event: "key", listener: (name: string) => void): void;
  on(event: "resize", listener: (width: number, height: number) => void): void;
  off(event: "key" | "resize", listener: (...args: never[]) => void): void;
}

/** What is used of terminal-kit, which comes without types. */
export interface TerminalKit {
  readonly terminal: KitTerminal;
  readonly ScreenBuffer: new (
    options: { dst: KitTerminal; width: number; height: number },
  ) => KitBuffer;
}

/**
 * Loads terminal-kit, which nothing but the monitor pays for.
 *
 * @throws {CommandError} Where it was left out when torcon was installed.
 */
export async function loadTerminalKit(): Promise<TerminalKit> {
  try {
    const { default: kit } = await import("terminal-kit");
    return kit as TerminalKit;
  } catch (cause) {
    throw new CommandError(
      "Cannot show the monitor: it is drawn by the package terminal-kit, which is not installed; " +
        "get it with `npm install terminal-kit`, or use --json",
      EXIT.FAILED,
      { cause },
    );
  }
}
