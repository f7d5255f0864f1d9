/** The folders of tests/ that run on one runtime only, each by a step of its own. */
export const SINGLE_RUNTIME_FOLDERS: ReadonlySet<string> = new Set([
  "deno",
  "npm",
  "scripts",
  "workerd",
]);

/**
 * The permissions under which Deno runs the shared tests of each folder. They are what
 * docs/permissions.md promises that the room needs, and what the tests themselves add.
 */
export const PERMISSIONS: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  util: [],
  codec: ["--allow-read=tests/data"],
  control: [
    "--allow-net",
    "--allow-read",
    "--allow-write",
    "--allow-run",
    "--allow-env",
    "--allow-sys",
  ],
  testing: [
    "--allow-net",
    "--allow-read",
    "--allow-write",
    "--allow-run",
    "--allow-env",
    "--allow-sys",
  ],
  network: [
    "--allow-net",
    "--allow-read",
    "--allow-write",
    "--allow-run",
    "--allow-env",
    "--allow-sys",
  ],
  runtime: [
    "--allow-net",
    "--allow-read",
    "--allow-write",
    "--allow-run",
    "--allow-env",
    "--allow-sys",
  ],
};

/** The permissions for a folder of tests; it must have been given some. */
export function permissionsOf(folder: string): readonly string[] {
  const permissions = PERMISSIONS[folder];
  if (permissions === undefined) {
    throw new Error(
      `Cannot run tests/${folder} on Deno: give it its permissions in scripts/test_runner/permissions.ts`,
    );
  }
  return permissions;
}
