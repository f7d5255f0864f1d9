import type { HsDescEvent } from "../codec/events/hs_desc_event.ts";

/**
 * Whether a descriptor could not be fetched, and not: uploaded. Only a fetch tells which descriptor it
 * was for, or has a reason that no upload has (control-spec, section 4.1.25).
 */
export function isFailedFetch({ action, descriptorId, reason = "" }: HsDescEvent): boolean {
  return action === "FAILED" && reason !== "UPLOAD_REJECTED" &&
    (descriptorId !== undefined || /^(?:NOT_FOUND|BAD_DESC|QUERY_)/.test(reason));
}
