/** How the command ends, for scripts. */
export const EXIT = {
  /** Done. */
  OK: 0,
  /** What was asked for could not be done. */
  FAILED: 1,
  /** Wrong use: an unknown command or option, or a value that is none. */
  USAGE: 2,
  /** There is no Tor to talk to, or none is installed. */
  NO_TOR: 3,
  /** Tor refused to let us in. */
  REFUSED: 4,
  /** Interrupted by Ctrl-C; by SIGTERM it is 143, by SIGHUP 129. */
  INTERRUPTED: 130,
} as const;

/** The exit code of a program that a signal has ended. */
export const SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
