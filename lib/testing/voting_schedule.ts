/**
 * When a private network is started, and how its voting is shifted so that the start is in step.
 *
 * The authorities vote on boundaries of the clock: first every 5 seconds, and every 10 as soon as
 * there is a consensus. The first vote begins 2 seconds before its boundary; relays that have not
 * uploaded their descriptors by then are only in the second consensus, which comes 5 or 10 seconds
 * later. `TestingV3AuthVotingStartOffset` shifts the boundaries, so that the start need not wait for
 * one of the real clock.
 */
export interface VotingSchedule {
  /** When the relays' processes are to be started, as `Date.now()` tells it. */
  readonly startAt: number;
  /** The value of `TestingV3AuthVotingStartOffset`, in seconds. */
  readonly offset: number;
}

/** `TestingV3AuthInitialVotingInterval`: 5 is the least that Tor takes. */
export const INITIAL_VOTING_INTERVAL = 5;
/** `V3AuthVotingInterval`: 10 is the least that Tor takes. */
export const VOTING_INTERVAL = 10;

/**
 * How long before a boundary the processes are started, in milliseconds: a tor takes half a second
 * and more to its first look at the clock. Measured with tor 0.4.9.11 and six relays on 2 cores, by
 * the start's distance from the boundary: all relays were in the first consensus after it in 25 of 25
 * starts from -1500 to 100 ms on an idle machine, on one with three busy programs besides in 4 of 4 at
 * -400 ms and 6 of 8 at 100 ms; from 1000 to 2500 ms in 1 of 8. At -500 ms it was 40 of 43, on a machine
 * with other work at times: consensus 6 s and client 8.5 s after the start, else 5 s later or 10.
 */
const LEAD = 500;

/** The schedule of a network that is ready to start now. */
export function planVoting(now: number): VotingSchedule {
  const boundary = Math.ceil((now + LEAD) / 1000);
  const phase = boundary % VOTING_INTERVAL;
  // Tor takes no offset beyond the initial interval. Up to there the second vote is 5 s after the first.
  const offset = phase <= INITIAL_VOTING_INTERVAL ? phase : phase - INITIAL_VOTING_INTERVAL;
  return { startAt: boundary * 1000 - LEAD, offset };
}
