import { tmpdir } from "node:os";

/** The folders of tests/ that run on one runtime only, each by a step of its own. */
export const SINGLE_RUNTIME_FOLDERS: ReadonlySet<string> = new Set([
  "browser",
  "deno",
  "npm",
  "scripts",
  "workerd",
]);

const TEMP = tmpdir();

/** What tests need that run a tor and programs of their own. */
const PROGRAMS: readonly string[] = [
  "--allow-net",
  "--allow-read",
  `--allow-write=${TEMP}`,
  "--allow-run",
  "--allow-env",
  "--allow-sys=uid",
];

/**
 * The permissions under which Deno runs the shared tests of each folder: what the room needs, by
 * docs/permissions.md, and what its tests add. A Unix socket in a fresh directory needs all of
 * `--allow-net`, since its path is not known before; tests/deno holds each operation to its own
 * permissions.
 */
const PERMISSIONS: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  util: [],
  codec: ["--allow-read=tests/data"],
  control: [
    "--allow-net=127.0.0.1,unix:/nonexistent/control",
    "--allow-read",
    `--allow-write=${TEMP},/nonexistent`,
  ],
  network: [
    "--allow-net",
    `--allow-read=${TEMP},tests/data`,
    `--allow-write=${TEMP}`,
    "--allow-run=tor,tor-gencert",
    "--allow-env=TMPDIR,TORCON_TEST_NETWORK",
    "--allow-sys=uid",
  ],
  onion: [
    "--allow-net",
    "--allow-read",
    `--allow-write=${TEMP}`,
    "--allow-run=tor,tor-gencert,curl",
    "--allow-env",
    "--allow-sys=uid",
  ],
  config: [
    "--allow-net",
    `--allow-read=${TEMP}`,
    `--allow-write=${TEMP}`,
    "--allow-run=tor",
    "--allow-env",
    "--allow-sys=uid",
  ],
  // axios reads the whole environment.
  http: ["--allow-net=127.0.0.1", "--allow-read=tests/data", "--allow-env"],
  runtime: [
    "--allow-net",
    "--allow-read",
    "--allow-write",
    "--allow-run",
    "--allow-env",
    "--allow-sys=uid",
  ],
  launch: PROGRAMS,
  socks: [
    "--allow-net",
    `--allow-read=${TEMP}`,
    `--allow-write=${TEMP}`,
    "--allow-run=tor,tor-gencert",
    "--allow-env=TMPDIR,TORCON_TEST_NETWORK",
    "--allow-sys=uid",
  ],
  state: PROGRAMS,
  tor: PROGRAMS,
  // They make symbolic links and look for processes in /proc, which Deno gives to nothing less.
  cli: ["--allow-all"],
  // They run the examples in programs of their own, under the permissions that those tell of.
  examples: [
    "--allow-net",
    `--allow-read=${TEMP},examples,tests/data`,
    `--allow-write=${TEMP}`,
    "--allow-run",
    "--allow-env",
  ],
  // They look for processes in /proc, which Deno gives to nothing less.
  testing: ["--allow-all"],
};

/** The permissions for a folder of tests: none, unless it was given some. */
export function permissionsOf(folder: string): readonly string[] {
  return PERMISSIONS[folder] ?? [];
}
