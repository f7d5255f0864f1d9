import type { ControlConnection } from "../control/connection.ts";
import { DisconnectedError } from "../errors/mod.ts";
import { abortable, within } from "../util/abort.ts";
import { reportUnhandled } from "../util/report_error.ts";
import type { OnionAddress } from "./onion_address.ts";
import { checkPublishOptions, Publication, type PublishOptions } from "./publication.ts";

/** How long what failed may take to be taken back, in milliseconds: a Tor that hangs holds nobody up. */
const UNDO_LIMIT = 5_000;

/** What makes Tor publish something, and how that is taken back. */
export interface PublishWork<T> {
  /** The service, where Tor has it already and only its descriptor is to change. */
  readonly updates?: OnionAddress | undefined;
  /** What is being done, for people to read. */
  readonly summary: string;
  /**
   * Does it. It is not told of a signal, so that what Tor has done is never unknown; where it rejects
   * nothing of it is left.
   */
  readonly add: () => Promise<T>;
  /** Which service it is. */
  readonly addressOf: (added: T) => OnionAddress;
  /** Takes it back; missing where it must stay done, though it is not published. */
  readonly undo?: ((added: T) => Promise<void>) | undefined;
}

/**
 * Has something published and waits for it: it is subscribed first and done second. Where it fails, is
 * aborted or takes too long, it is taken back.
 *
 * @throws {OnionPublishError} Where every directory failed, or none has it in time.
 * @throws {DisconnectedError} Where the connection is lost before that.
 */
export async function publish<T>(
  control: ControlConnection,
  { work, options }: { work: PublishWork<T>; options: PublishOptions },
): Promise<T> {
  checkPublishOptions(options);
  const { signal, onError = reportUnhandled } = options;
  const watching = Publication.watch(control, { options, isUpdate: work.updates !== undefined });
  const publication = await abortable(watching, signal).catch((error) => {
    watching.then((late) => late.stop(), () => {});
    throw error;
  });
  let adding: Promise<T> | undefined;
  try {
    publication.report(0, work.summary);
    if (work.updates !== undefined) {
      const quiet = publication.whenQuiet(work.updates, { signal });
      await Promise.race([quiet, publication.done]);
      publication.follow(work.updates);
    }
    adding = work.add();
    const failed = publication.done.then(() => adding!);
    const added = await abortable(Promise.race([adding, failed]), signal);
    publication.added();
    if (work.updates === undefined) publication.follow(work.addressOf(added));
    await abortable(publication.done, signal);
    return added;
  } catch (error) {
    if (work.undo !== undefined) {
      const undoing = adding?.then(work.undo, () => {}) ?? Promise.resolve();
      await within(undoing, {
        timeout: UNDO_LIMIT,
        message: () => `Cannot take back what could not be published`,
      }).catch((failure) => {
        // Without a connection there is nobody to tell.
        if (!(failure instanceof DisconnectedError)) onError(failure);
      });
    }
    throw error;
  } finally {
    publication.stop();
  }
}
