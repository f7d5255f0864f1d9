/** A signal that tells how many listeners wait for its abort. */
export class CountedSignal {
  readonly controller: AbortController = new AbortController();
  /** How many there are. */
  listeners = 0;
  /** How many there ever were at once. */
  most = 0;

  constructor() {
    const { signal } = this;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (type: string, ...rest: [never]) => {
      if (type === "abort") this.most = Math.max(this.most, ++this.listeners);
      addEventListener.call(signal, type, ...rest);
    };
    signal.removeEventListener = (type: string, ...rest: [never]) => {
      if (type === "abort") this.listeners--;
      removeEventListener.call(signal, type, ...rest);
    };
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }
}
