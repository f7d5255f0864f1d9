/** A coding of `DecompressionStream`'s, of which the declarations do not yet know the last. */
type Format = "gzip" | "deflate" | "deflate-raw" | "brotli";

/** The most codings that an answer may have one over the other. */
const MAX_CODINGS = 5;

const HAS_BROTLI: boolean = (() => {
  try {
    return decompressor("brotli") !== undefined;
  } catch {
    return false;
  }
})();

/** What an answer's body may be coded in: whatever the platform can decode. */
export const ACCEPT_ENCODING: string = HAS_BROTLI ? "gzip, deflate, br" : "gzip, deflate";

/**
 * Decodes a body by its `Content-Encoding`. One that is in a coding that the platform does not know is
 * left as it is, as are the headers.
 */
export function decodeBody(
  body: ReadableStream<Uint8Array>,
  contentEncoding: string | null,
): ReadableStream<Uint8Array> {
  const codings = (contentEncoding ?? "").toLowerCase().split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity");
  if (codings.length > MAX_CODINGS) {
    throw new TypeError(`Its body is coded more than ${MAX_CODINGS} times`);
  }
  const known = codings.every((coding) =>
    /^(?:x-)?gzip$|^deflate$/.test(coding) || (coding === "br" && HAS_BROTLI)
  );
  if (!known) return body;
  return codings.reduceRight((coded, coding) => lazyDecode(coded, coding), body);
}

/** Decodes when it is first read: the first byte tells which of two codings "deflate" means. */
function lazyDecode(
  coded: ReadableStream<Uint8Array>,
  coding: string,
): ReadableStream<Uint8Array> {
  let decoded: ReadableStreamDefaultReader<Uint8Array> | undefined;
  const source = coded.getReader();
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      if (decoded === undefined) {
        const first = await source.read();
        // A body may be empty though a coding is told.
        if (first.done) return controller.close();
        decoded = prefixed(first.value, source)
          .pipeThrough(decompressor(formatOf(coding, first.value)))
          .getReader();
      }
      const { done, value } = await decoded.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => (decoded ?? source).cancel(reason),
  }, { highWaterMark: 0 });
}

function formatOf(coding: string, [first = 0]: Uint8Array): Format {
  if (coding === "br") return "brotli";
  if (coding !== "deflate") return "gzip";
  // By RFC 9110 "deflate" has zlib's header (RFC 1950); some servers leave it out.
  return (first & 0x0f) === 8 ? "deflate" : "deflate-raw";
}

function decompressor(format: Format): ReadableWritablePair<Uint8Array, Uint8Array> {
  return new DecompressionStream(format as CompressionFormat) as ReadableWritablePair<
    Uint8Array,
    Uint8Array
  >;
}

function prefixed(
  first: Uint8Array,
  rest: ReadableStreamDefaultReader<Uint8Array>,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(first),
    pull: async (controller) => {
      const { done, value } = await rest.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => rest.cancel(reason),
  }, { highWaterMark: 0 });
}
