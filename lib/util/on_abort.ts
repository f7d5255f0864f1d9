interface Watch {
  readonly listeners: Set<() => void>;
  readonly tell: () => void;
}

const watches = new WeakMap<AbortSignal, Watch>();

/**
 * Calls `listener` once when `signal` aborts, until the function that is returned is called. Of a signal that
 * has aborted already it is not called.
 *
 * However many listeners there are, the signal itself has one for all: Node warns of more than ten, and a
 * program may well wait for a hundred things under one signal.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined || signal.aborted) return () => {};
  const watch = watches.get(signal) ?? begin(signal);
  // Who gives the same function twice removes each by itself.
  const call = () => listener();
  watch.listeners.add(call);
  return () => {
    if (!watch.listeners.delete(call) || watch.listeners.size > 0) return;
    signal.removeEventListener("abort", watch.tell);
    watches.delete(signal);
  };
}

function begin(signal: AbortSignal): Watch {
  const listeners = new Set<() => void>();
  const tell = () => {
    watches.delete(signal);
    for (const listener of listeners) {
      listeners.delete(listener);
      listener();
    }
  };
  signal.addEventListener("abort", tell, { once: true });
  const watch = { listeners, tell };
  watches.set(signal, watch);
  return watch;
}
