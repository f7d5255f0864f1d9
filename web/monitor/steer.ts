/// <reference lib="dom" />
import { byId, fill } from "./dom.ts";

/** How long a notice stands, in milliseconds. */
const NOTICE = 6_000;

let timer: ReturnType<typeof setTimeout> | undefined;

/** Tells the user something in passing. */
export function notify(text: string): void {
  const notice = byId("notice");
  fill(notice, text);
  notice.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => notice.hidden = true, NOTICE);
}

/** Asks the user before something is done that cannot be undone. */
export function confirmed(question: string, yes: string): Promise<boolean> {
  const dialog = byId<HTMLDialogElement>("question");
  fill(byId("question-text"), question);
  fill(byId("question-yes"), yes);
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

/** Has the monitor do something, and tells the user what has become of it. */
export async function steer(action: string, body: object, done: string): Promise<void> {
  try {
    const response = await fetch(action, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (response.ok) return notify(done);
    const isTold = response.headers.get("content-type") === "application/json";
    const { error } = isTold ? await response.json() : { error: `refused (${response.status})` };
    notify(`It failed: ${error}`);
  } catch {
    notify("It failed: the monitor does not answer");
  }
}
