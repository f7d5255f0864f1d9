import { toAscii } from "./ascii.ts";
import type { Line, Size, TextStyle } from "./line.ts";
import type { KitAttributes, KitBuffer, KitTerminal, TerminalKit } from "./terminal_kit.ts";

const PLAIN: KitAttributes = { defaultColor: true, bgDefaultColor: true };

/** How each style looks where there are no colours. */
const WITHOUT_COLORS: Readonly<Record<TextStyle, KitAttributes>> = {
  plain: PLAIN,
  strong: { ...PLAIN, bold: true },
  faint: PLAIN,
  good: PLAIN,
  doubtful: { ...PLAIN, bold: true },
  bad: { ...PLAIN, bold: true },
  download: PLAIN,
  upload: PLAIN,
  selected: { ...PLAIN, inverse: true },
  bar: { ...PLAIN, inverse: true },
};

/** How each style looks. */
const WITH_COLORS: Readonly<Record<TextStyle, KitAttributes>> = {
  ...WITHOUT_COLORS,
  faint: { ...PLAIN, dim: true },
  good: { bgDefaultColor: true, color: "green" },
  doubtful: { bgDefaultColor: true, color: "yellow" },
  bad: { bgDefaultColor: true, color: "red", bold: true },
  download: { bgDefaultColor: true, color: "green" },
  upload: { bgDefaultColor: true, color: "cyan" },
};

/** What the terminal can show, and who is told of it. */
export interface ScreenOptions {
  readonly hasColors: boolean;
  readonly isAsciiOnly: boolean;
  /** A key was pressed, by terminal-kit's name, such as `"q"`, `"PAGE_UP"` or `"CTRL_C"`. */
  key(name: string): void;
  /** The terminal has another size. */
  resize(): void;
}

/** The whole terminal, until it is closed and given back as it was. */
export class Screen {
  readonly #kit: TerminalKit;
  readonly #terminal: KitTerminal;
  readonly #attributes: Readonly<Record<TextStyle, KitAttributes>>;
  readonly #options: ScreenOptions;
  #buffer: KitBuffer;
  #isOpen = true;

  /** Takes the terminal over. */
  constructor(kit: TerminalKit, options: ScreenOptions) {
    this.#kit = kit;
    this.#terminal = kit.terminal;
    this.#attributes = options.hasColors ? WITH_COLORS : WITHOUT_COLORS;
    this.#options = options;
    this.#terminal.fullscreen(true);
    this.#terminal.hideCursor();
    this.#terminal.grabInput(true);
    this.#terminal.on("key", this.#onKey);
    this.#terminal.on("resize", this.#onResize);
    this.#buffer = this.#newBuffer();
  }

  /** How large it is now. */
  get size(): Size {
    return { columns: this.#terminal.width, rows: this.#terminal.height };
  }

  /** Shows lines, by what has changed. */
  draw(lines: readonly Line[]): void {
    if (!this.#isOpen) return;
    for (const [y, line] of lines.entries()) {
      let x = 0;
      for (const { text, style } of line) {
        const shown = this.#options.isAsciiOnly ? toAscii(text) : text;
        this.#buffer.put({ x, y, attr: this.#attributes[style] }, shown);
        x += text.length;
      }
    }
    this.#buffer.draw({ delta: true });
  }

  /** Gives the terminal back as it was. Harmless when repeated. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#terminal.off("key", this.#onKey);
    this.#terminal.off("resize", this.#onResize);
    this.#terminal.styleReset();
    this.#terminal.hideCursor(false);
    this.#terminal.fullscreen(false);
    this.#terminal.grabInput(false);
  }

  readonly #onKey = (name: string): void => this.#options.key(name);

  readonly #onResize = (): void => {
    this.#buffer = this.#newBuffer();
    this.#options.resize();
  };

  #newBuffer(): KitBuffer {
    const { columns: width, rows: height } = this.size;
    return new this.#kit.ScreenBuffer({ dst: this.#terminal, width, height });
  }
}
