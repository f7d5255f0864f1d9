import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Runtime } from "../../lib/runtime/types.ts";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";

/** An onion service without `.onion`, and its key. */
export const SERVICE_ID = "z3k5bp24up66xw6x53zggyfzxpzwhf7x5uho2f7cjxbjerlnhsb2xoqd";
export const PRIVATE_KEY =
  "ED25519-V3:sBJrKYCAZTgVBjwdWEPQkbDOrQthLqeWP8ZG/26eE0yH/6Zv2fJmcobQsq5YDpmfKYTat1jlHnV2M4jrOm4oLw==";

const DIRECTORY = "$9695DFC35FFEB861329B9F1AB04C46397020CE31~moria1";
const UPLOAD = `650 HS_DESC UPLOAD ${SERVICE_ID} UNKNOWN ${DIRECTORY} abc HSDIR_INDEX=00`;

/** How a scripted Tor answers. */
export interface ScriptedOnionOptions {
  /** What becomes of a service that is added; default it is published. */
  add?: "published" | "refused" | "failed" | "silent";
  /** Whether it is removed when it is asked to be; default true. */
  removes?: boolean;
  /** The user id that is told; default that of this process, `null` for a refusal to tell it. */
  uid?: number | null;
  /** The platform that it is joined by; default that of this test. */
  runtime?: Runtime;
}

/** A scripted Tor that takes onion services, and is joined. */
export class ScriptedOnionTor implements AsyncDisposable {
  readonly port: ScriptedControlPort;
  readonly tor: Tor;

  private constructor(port: ScriptedControlPort, tor: Tor) {
    this.port = port;
    this.tor = tor;
  }

  static async start(options: ScriptedOnionOptions = {}): Promise<ScriptedOnionTor> {
    const { add = "published", removes = true } = options;
    const port = await ScriptedControlPort.start();
    const uid = options.uid === undefined ? await ownUid() : options.uid;
    port.always("GETINFO process/uid").reply(
      ...uid === null ? ["551 No"] : [`250-process/uid=${uid}`, "250 OK"],
    );
    port.always(/^SETEVENTS/).reply("250 OK");
    const answers = {
      refused: ["512 Failed to add onion service"],
      silent: [`250-ServiceID=${SERVICE_ID}`, "250 OK", UPLOAD],
      published: [
        `250-ServiceID=${SERVICE_ID}`,
        "250 OK",
        UPLOAD,
        `650 HS_DESC UPLOADED ${SERVICE_ID} UNKNOWN ${DIRECTORY}`,
      ],
      failed: [
        `250-ServiceID=${SERVICE_ID}`,
        "250 OK",
        UPLOAD,
        `650 HS_DESC FAILED ${SERVICE_ID} UNKNOWN ${DIRECTORY} REASON=UPLOAD_REJECTED`,
      ],
    };
    port.always(/^ADD_ONION/).reply(...answers[add]);
    port.always(/^DEL_ONION/).reply(removes ? "250 OK" : "551 No");
    const { runtime } = options;
    return new ScriptedOnionTor(port, await connect({ control: port.address, runtime }));
  }

  /** Where the service that was asked for leads to, as ADD_ONION has it. */
  get target(): string | undefined {
    const added = this.port.received.find(({ keyword }) => keyword === "ADD_ONION");
    return /Port=\d+,(\S+)/.exec(added?.args ?? "")?.[1];
  }

  /** Whether Tor was told to remove the service. */
  get isRemoved(): boolean {
    return this.port.received.some(({ line }) => line === `DEL_ONION ${SERVICE_ID}`);
  }

  /** Whether there is anything of a Unix socket that the service has led to, its directory included. */
  async leavesFiles(): Promise<boolean> {
    const path = this.target?.replace("unix:", "") ?? "";
    if (!path.startsWith("/")) throw new Error(`${this.target} is no Unix socket`);
    const runtime = await detectRuntime();
    return await runtime.stat(path.slice(0, path.lastIndexOf("/"))) !== undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tor[Symbol.asyncDispose]();
    await this.port.close();
  }
}

async function ownUid(): Promise<number | undefined> {
  const runtime = await detectRuntime();
  const directory = await runtime.makeTempDirectory("torcon-test-");
  const uid = (await runtime.stat(directory))?.uid;
  await runtime.remove(directory);
  return uid;
}
