import assert from "node:assert/strict";
import { mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { after, before, describe, it } from "node:test";
import { OnionClientKey } from "../../lib/onion/onion_client_key.ts";
import { OnionServiceKey } from "../../lib/onion/onion_service_key.ts";
import { type LoneTor, startLoneTor } from "../../lib/testing/lone_tor.ts";
import { formatAddress } from "../../lib/util/address.ts";
import { readUntil, SLOW, start, torcon } from "./_torcon.ts";

const PASSWORD = 'a "word"';

describe("torcon beside a Tor without network", () => {
  let tor: LoneTor;
  let control: string[];
  let directory: string;

  before(async () => {
    tor = await startLoneTor({ password: PASSWORD });
    control = ["--control", formatAddress(tor.control)];
    directory = await mkdtemp(`${tmpdir()}/torcon-test-`);
  }, SLOW);
  after(async () => {
    await rm(directory, { recursive: true });
    await tor[Symbol.asyncDispose]();
  });

  /** Runs a command that shall succeed, and gives what it prints. */
  async function told(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await torcon([...args, ...control]);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    return stdout;
  }

  /** Runs a command that shall fail, and gives what it complains of, which is one line. */
  async function failure(code: number, args: string[], options = {}): Promise<string> {
    const result = await torcon(args, options);
    assert.deepEqual({ code: result.code, stdout: result.stdout }, { code, stdout: "" });
    assert.match(result.stderr, /^torcon: [^\n]+\n$/);
    return result.stderr;
  }

  it("tells the status, as lines and as JSON", SLOW, async () => {
    const lines = await told("status");
    assert.match(lines, /^Tor +\d+\.\d+\./);
    assert.match(lines, new RegExp(`^process +${tor.pid}$`, "m"));
    const status = JSON.parse(await told("status", "--json"));
    assert.equal(status.pid, tor.pid);
    assert.equal(status.bootstrap.percent, 0);
    assert.deepEqual([status.circuits, status.streams], [0, 0]);
  });

  it("reads what Tor can tell, and lists it", SLOW, async () => {
    assert.equal(await told("info", "process/pid"), `${tor.pid}\n`);
    assert.equal(await told("info", "ip-to-country", "1.2.3.4"), "au\n");
    assert.deepEqual(JSON.parse(await told("info", "--json", "ip-to-country/1.2.3.4")), {
      key: "ip-to-country/1.2.3.4",
      value: "au",
    });
    const names = await told("info");
    assert.match(names, /^traffic\/read +Bytes read/m);
    assert.match(names, /^ip-to-country\/\* /m);
    assert.match(await failure(1, ["info", "nothing", ...control]), /552 Unrecognized key/);
  });

  it("reads and changes the configuration", SLOW, async () => {
    assert.equal(await told("config", "set", "SafeSocks", "1"), "SafeSocks  1\n");
    assert.equal(await told("config", "get", "safesocks"), "1\n");
    assert.match(await told("config", "list"), /^SafeSocks +1$/m);
    assert.equal(
      await told("config", "set", "MapAddress", "a.example b.example", "c.example d.example"),
      "MapAddress  a.example b.example\nMapAddress  c.example d.example\n",
    );
    assert.deepEqual(JSON.parse(await told("config", "get", "--json", "MapAddress", "SafeSocks")), {
      MapAddress: ["a.example b.example", "c.example d.example"],
      SafeSocks: ["1"],
    });
    assert.equal(
      await told("config", "unset", "SafeSocks", "MapAddress"),
      "SafeSocks   0\nMapAddress  (not set)\n",
    );
    assert.match(await failure(1, ["config", "set", "SafeSocks", "x", ...control]), /SafeSocks/);
    assert.match(await failure(1, ["config", "get", "Nothing", ...control]), /Nothing/);
  });

  it("prints no secret of the configuration unless it is asked for", SLOW, async () => {
    const secret = (await told("config", "get", "HashedControlPassword")).trim();
    assert.match(secret, /^16:[0-9A-F]+$/);
    for (const json of [[], ["--json"]]) {
      const hidden = await told("config", "list", ...json);
      assert.match(hidden, /HashedControlPassword\W+\[hidden\]/s);
      assert.ok(!hidden.includes(secret));
      assert.ok((await told("config", "list", "--show-secrets", ...json)).includes(secret));
    }
  });

  it("prints events as they come, as lines and as lines of JSON", SLOW, async () => {
    assert.match(await told("events", "bw", "--count", "1"), /^BW read=\d+ written=\d+\n$/);
    const lines = (await told("events", "BW", "-n", "2", "--json")).trim().split("\n");
    assert.deepEqual(lines.map((line) => JSON.parse(line).type), ["BW", "BW"]);
    assert.match(await failure(1, ["events", "NOTHING", ...control]), /NOTHING/);
    await failure(2, ["events", "a b", ...control]);
  });

  it("ends by an interrupt, with the code for it and nothing else to say", SLOW, async () => {
    for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
      await using program = await start(["events", "BW", ...control]);
      await readUntil(program.stdout, /^BW /);
      program.kill(signal);
      assert.equal((await program.status).code, code);
      assert.equal(await new Response(program.stderr as BodyInit).text(), "");
    }
  });

  it("ends quietly when nobody reads any more", SLOW, async () => {
    await using program = await start(["events", "BW", ...control]);
    const reader = program.stdout.getReader();
    await reader.read();
    await reader.cancel();
    assert.equal((await program.status).code, 0);
    assert.equal(await new Response(program.stderr as BodyInit).text(), "");
  });

  it("tells when Tor goes away", SLOW, async () => {
    await using other = await startLoneTor();
    await using program = await start(["events", "BW", "--control", formatAddress(other.control)]);
    await readUntil(program.stdout, /^BW /);
    other.kill("SIGKILL");
    const stderr = await new Response(program.stderr as BodyInit).text();
    assert.match(stderr, /^torcon: [^\n]+\n$/);
    assert.equal((await program.status).code, 1);
  });

  it("is led to Tor by the environment", SLOW, async () => {
    const address = formatAddress(tor.control);
    const env: Record<string, string> = address.startsWith("unix:")
      ? { TOR_CONTROL_IPC_PATH: address.slice(5) }
      : { TOR_CONTROL_PORT: address };
    const { code, stdout } = await torcon(["info", "process/pid"], { env });
    assert.deepEqual({ code, stdout }, { code: 0, stdout: `${tor.pid}\n` });
  });

  it("knows the keys for onion addresses, and prints none unless asked", SLOW, async () => {
    const { address } = OnionServiceKey.generate();
    const key = OnionClientKey.generate();
    const file = `${directory}/client.auth_private`;
    await writeFile(file, key.toAuthPrivate(address));
    const auth = ["onion", "auth"];
    assert.equal(
      await told(...auth, "add", "--key-file", file, "--name", "me", address.hostname),
      `${address}  added\n`,
    );
    const list = await told(...auth, "list");
    assert.equal(list, `${address}  me  until Tor ends\n`);
    const secret = key.toControl().slice("x25519:".length);
    assert.ok((await told(...auth, "list", "--show-secrets", "--json")).includes(secret));

    const again = await torcon([...auth, "add", address.hostname, ...control], {
      stdin: `${key.toBase32()}\n`,
    });
    assert.deepEqual(again, { code: 0, stdout: `${address}  replaced\n`, stderr: "" });
    assert.equal(await told(...auth, "remove", address.hostname), `${address}  removed\n`);
    await failure(1, [...auth, "remove", address.hostname, ...control]);
    const other = OnionServiceKey.generate().address.hostname;
    await failure(2, [...auth, "add", "--key-file", file, other, ...control]);
    await failure(2, [...auth, "add", "x.onion", ...control], { stdin: "" });
  });

  it("offers nothing by a key that others can read", SLOW, async () => {
    const file = `${directory}/open.key`;
    await writeFile(file, OnionServiceKey.generate().toSecretKeyFile(), { mode: 0o644 });
    const told = await failure(1, ["onion", "forward", "80", "--key-file", file, ...control]);
    assert.match(told, /open\.key: others can read it .*; to close it: chmod 600/);
  });
});

describe("torcon and the password of a Tor", () => {
  let tor: LoneTor;
  let directory: string;

  before(async () => {
    tor = await startLoneTor({ password: PASSWORD, authentication: ["HASHEDPASSWORD"] });
    directory = await mkdtemp(`${tmpdir()}/torcon-test-`);
  }, SLOW);
  after(async () => {
    await rm(directory, { recursive: true });
    await tor[Symbol.asyncDispose]();
  });

  it(
    "is let in by it, from a file or the environment, and else says what to do",
    SLOW,
    async () => {
      const file = `${directory}/password`;
      await writeFile(file, `${PASSWORD}\n`);
      const args = ["info", "process/pid", "--control", formatAddress(tor.control)];
      const pid = { code: 0, stdout: `${tor.pid}\n`, stderr: "" };
      assert.deepEqual(await torcon([...args, "--password-file", file]), pid);
      assert.deepEqual(await torcon(args, { env: { TOR_CONTROL_PASSWD: PASSWORD } }), pid);

      const without = await torcon(args);
      assert.equal(without.code, 4);
      assert.match(without.stderr, /^torcon: .*--password-file or TOR_CONTROL_PASSWD\n$/);
      const wrong = await torcon(args, { env: { TOR_CONTROL_PASSWD: "guessed" } });
      assert.equal(wrong.code, 4);
      assert.match(wrong.stderr, /^torcon: .*check the password\n$/);
      assert.doesNotMatch(wrong.stderr, /guessed/);
    },
  );
});

describe("torcon and the cookie of a Tor", () => {
  it("is let in by it, also where it is elsewhere, and else says what to do", SLOW, async () => {
    await using tor = await startLoneTor({ authentication: ["COOKIE"] });
    const directory = await mkdtemp(`${tmpdir()}/torcon-test-`);
    try {
      const args = ["info", "process/pid", "--control", formatAddress(tor.control)];
      const pid = { code: 0, stdout: `${tor.pid}\n`, stderr: "" };
      assert.deepEqual(await torcon(args), pid);

      const cookie = `${tor.dataDirectory}/control_auth_cookie`;
      const moved = `${directory}/cookie`;
      await rename(cookie, moved);
      const lost = await torcon(args);
      assert.deepEqual([lost.code, lost.stdout], [4, ""]);
      assert.match(lost.stderr, /^torcon: [^\n]*name the cookie by --cookie-file[^\n]*\n$/);
      assert.deepEqual(await torcon([...args, "--cookie-file", moved]), pid);
      const env = { TOR_CONTROL_COOKIE_AUTH_FILE: moved };
      assert.deepEqual(await torcon(args, { env }), pid);

      await writeFile(`${directory}/other`, new Uint8Array(32));
      const wrong = await torcon([...args, "--cookie-file", `${directory}/other`]);
      assert.deepEqual([wrong.code, wrong.stdout], [4, ""]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe("torcon without a Tor", () => {
  it("says how to start one", SLOW, async () => {
    const { code, stdout, stderr } = await torcon(["status", "--control", "unix:/nonexistent/c"]);
    assert.deepEqual({ code, stdout }, { code: 3, stdout: "" });
    assert.match(stderr, /^torcon: No Tor answers: start one with `torcon launch`[^\n]+\n$/);
  });

  const wrong: [args: string[], complaint: RegExp][] = [
    [["nonsense"], /unknown command 'nonsense'/],
    [["statsu"], /Did you mean status\?/],
    [["status", "--nonsense"], /unknown option '--nonsense'/],
    [["fetch"], /missing required argument 'url'/],
    [["fetch", "ftp://example.com/"], /begins with http/],
    [["connect", "example.com", "70000"], /a port from 1 to 65535/],
    [["relays", "--sort", "size"], /Allowed choices are/],
    [["status", "--control", "nowhere"], /--control/],
    [["onion", "keygen"], /--output/],
    [["onion", "serve", "/nonexistent"], /no directory/],
  ];
  for (const [args, complaint] of wrong) {
    it(`refuses the wrong use \`${args.join(" ")}\``, SLOW, async () => {
      const { code, stdout, stderr } = await torcon(args);
      assert.deepEqual({ code, stdout }, { code: 2, stdout: "" });
      assert.match(stderr, complaint);
    });
  }

  it("has help with examples for itself and each command", SLOW, async () => {
    const help = await torcon(["help"]);
    assert.equal(help.code, 0);
    assert.match(help.stdout, /Exit codes:/);
    const names = [...help.stdout.matchAll(/^ {2}([a-z]+) .*[A-Z]/gm)].map(([, name]) => name!);
    assert.ok(names.includes("status") && names.includes("onion"), names.join());
    const withExamples = names.filter((name) => !["config", "onion", "help"].includes(name));
    const helps = await Promise.all(withExamples.map((name) => torcon([name, "--help"])));
    for (const { code, stdout } of helps) {
      assert.equal(code, 0);
      assert.match(stdout, /Examples?:\n {2}\$ torcon|\n {2}\$ printf/);
    }
    assert.equal((await torcon([])).code, 2);
  });

  it(
    "makes keys of onion services and clients, which it prints only when asked",
    SLOW,
    async () => {
      const directory = await mkdtemp(`${tmpdir()}/torcon-test-`);
      try {
        const keys = `${directory}/keys`;
        const made = await torcon(["onion", "keygen", "--output", keys]);
        assert.match(made.stdout, /^[a-z2-7]{56}\.onion\n$/);
        const secret = await readFile(`${keys}/hs_ed25519_secret_key`);
        const kept = OnionServiceKey.fromSecretKeyFile(secret);
        assert.equal(`${kept.address}\n`, made.stdout);
        assert.equal((await stat(`${keys}/hs_ed25519_secret_key`)).mode & 0o777, 0o600);
        const again = await torcon(["onion", "keygen", "--output", keys]);
        assert.equal(again.code, 1);

        const file = `${directory}/client.key`;
        const client = await torcon(["onion", "keygen", "--client", "--output", file]);
        const clientKey = OnionClientKey.parse((await readFile(file, "utf8")).trim());
        assert.equal(client.stdout, `${clientKey.publicKey}\n`);
        assert.equal((await stat(file)).mode & 0o777, 0o600);

        const printed = JSON.parse((await torcon(["onion", "keygen", "--print", "--json"])).stdout);
        assert.equal(String(OnionServiceKey.parse(printed.privateKey).address), printed.address);
      } finally {
        await rm(directory, { recursive: true });
      }
    },
  );
});
