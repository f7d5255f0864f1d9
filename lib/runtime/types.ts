import type { AbortOptions, Conn, SocketAddress, TcpAddress } from "./conn_types.ts";
import type {
  HttpAgentOptions,
  HttpRequest,
  HttpResponse,
  RuntimeHttpAgent,
  StartTlsOptions,
  TlsConn,
} from "./http_types.ts";
import type { HttpListener, HttpServer, RequestHandler, ServeOptions } from "./serve_types.ts";

export type {
  AbortOptions,
  Address,
  Conn,
  SocketAddress,
  TcpAddress,
  UnixAddress,
} from "./conn_types.ts";
export type {
  HttpAgent,
  HttpAgentOptions,
  HttpAgentTarget,
  HttpHeader,
  HttpRequest,
  HttpResponse,
  RuntimeHttpAgent,
  StartTlsOptions,
  TlsConn,
} from "./http_types.ts";
export type {
  CloseServerOptions,
  HttpListener,
  HttpServer,
  RequestHandler,
  ServeOptions,
} from "./serve_types.ts";

/**
 * Accepts connections: an async iterable of {@linkcode Conn}s that ends when it is closed. Leaving a
 * loop over it does not close it: another may go on. Connections that nobody took are closed with it,
 * those that were taken live on.
 */
export interface Listener extends AsyncDisposable, AsyncIterable<Conn> {
  /** Where it listens; a port asked for as 0 is the one that was given. */
  readonly address: SocketAddress;
  /** Stops listening, ends the iteration and removes a Unix socket's file. Harmless when repeated. */
  close(): Promise<void>;
}

/** How a process ended. */
export interface ProcessStatus {
  /** True where it exited by itself with code 0. */
  readonly success: boolean;
  /** The exit code; 128 + the signal's number where a signal ended it. */
  readonly code: number;
  /** The name of the signal that ended it, such as `"SIGTERM"`, or `null`. */
  readonly signal: string | null;
}

/** What to run, and with what. */
export interface SpawnOptions extends AbortOptions {
  /** The arguments, passed as they are: no shell is involved. */
  args?: readonly string[] | undefined;
  /** Variables added to the inherited environment. */
  env?: Readonly<Record<string, string>> | undefined;
  /** The working directory; by default this process's own. */
  cwd?: string | undefined;
  /** What the process reads on its standard input, which ends after it; by default it is empty. */
  stdin?: Uint8Array | undefined;
}

/**
 * A process that was started. An abort of the signal it was started with kills it with SIGKILL. So
 * does its disposal, which waits for its end and closes its pipes.
 */
export interface Process extends AsyncDisposable {
  /** The process id. */
  readonly pid: number;
  /** What it prints on standard output. It must be read, or cancelled, which closes the pipe: a full one stops the process. */
  readonly stdout: ReadableStream<Uint8Array>;
  /** What it prints on standard error. It must be read, or cancelled, which closes the pipe: a full one stops the process. */
  readonly stderr: ReadableStream<Uint8Array>;
  /** Resolves when the process has ended; never rejects. */
  readonly status: Promise<ProcessStatus>;
  /** Sends a signal, by default `"SIGTERM"`. Harmless when the process has ended. */
  kill(signal?: "SIGTERM" | "SIGKILL" | "SIGINT" | "SIGHUP" | "SIGUSR1" | "SIGUSR2"): void;
}

/** How a file is written. */
export interface WriteFileOptions extends AbortOptions {
  /** The mode of the file, set before anything is written to it; default `0o600`. */
  mode?: number | undefined;
  /** Fail, with the platform's error as `cause`, where the file exists already; default `false`. */
  createNew?: boolean | undefined;
}

/** How a directory is made. */
export interface MakeDirectoryOptions {
  /** The mode of each directory that is made, whatever the umask is; default `0o700`. */
  mode?: number | undefined;
  /** Make missing parents, and leave a directory that is there already as it is; default `false`. */
  recursive?: boolean | undefined;
}

/** How something is removed. */
export interface RemoveOptions {
  /** Remove a directory with all that is in it; default `false`. */
  recursive?: boolean | undefined;
}

/** What {@linkcode Runtime.stat} tells. */
export interface FileInfo {
  /** The permission bits, such as `0o600`; `undefined` on Windows. */
  readonly mode: number | undefined;
  /** The size in bytes. */
  readonly size: number;
  /** What is at the path. */
  readonly kind: "file" | "directory" | "other";
  /** The user id of the owner; `undefined` on Windows. */
  readonly uid: number | undefined;
}

/** A datagram and where it came from. */
export interface Datagram {
  /** The bytes. */
  readonly data: Uint8Array;
  /** The sender. */
  readonly address: TcpAddress;
}

/**
 * A UDP socket: an async iterable of what arrives, which ends when it is closed, though not when a
 * loop over it is left. What arrives while a thousand wait unread is dropped.
 */
export interface DatagramSocket extends AsyncDisposable, AsyncIterable<Datagram> {
  /** Where it is bound; a port asked for as 0 is the one that was given. */
  readonly address: TcpAddress;
  /** Sends `data` to `address`. */
  send(data: Uint8Array, address: TcpAddress): Promise<void>;
  /** Closes the socket and ends the iteration. Harmless when repeated. */
  close(): Promise<void>;
}

/**
 * What torcon needs of the platform, and nothing else of torcon touches a platform. It is always an
 * argument, never a global. Failures are of torcon's own classes, with the platform's error as
 * `cause`: `ConnectionRefusedError`, `PathNotFoundError`, `PermissionError`, `AddressInUseError`,
 * `ExecutableNotFoundError`, and `TorError` for the rest.
 */
export interface Runtime {
  /** Which runtime the adapter is for. */
  readonly name: "deno" | "bun" | "node";
  /** The operating system, by Node's names. */
  readonly platform: "linux" | "darwin" | "win32" | "freebsd" | "other";
  /** The id of this process. */
  readonly pid: number;
  /** The user id of this process; `undefined` on Windows, and where Deno does not permit to know. */
  readonly uid: number | undefined;

  /** Opens a connection to a TCP port or a Unix socket. */
  connect(address: SocketAddress, options?: AbortOptions): Promise<Conn>;
  /** Listens on a TCP port (0 for any free one) or a Unix socket. */
  listen(address: SocketAddress, options?: AbortOptions): Promise<Listener>;
  /** Binds a UDP socket (port 0 for any free one). */
  listenDatagram(address: TcpAddress): Promise<DatagramSocket>;
  /**
   * Begins TLS, as the client, on any connection: one of this adapter's or one that is wrapped, such as
   * through a SOCKS port. The connection belongs to the one under TLS from now on, and is closed where
   * the handshake fails.
   *
   * @throws {CertificateError} Where the certificate, or the name in it, does not verify.
   * @throws {TlsError} Where the handshake fails for another reason.
   * @throws {DisconnectedError} Where the connection ends before it is done.
   * @throws {TimeoutError} Where the server does not answer in time.
   */
  startTls(conn: Conn, options: StartTlsOptions): Promise<TlsConn>;
  /**
   * Sends one HTTP/1.1 request on a connection that is used for nothing else, and gives the answer
   * when its head has arrived. The connection is closed when the exchange is over, unless it can be
   * used again: see {@linkcode HttpResponse.reusable}. One that the server closes between two
   * requests, or on which it sends what nobody asked for, is closed here as well.
   *
   * @throws {NoResponseError} Where the connection ends before a byte of the answer.
   * @throws {ProtocolError} Where the answer is not HTTP, or its head is cut off or too long.
   * @throws {TypeError} Where the request's body fails before there is an answer, or is not of the
   * length that was told.
   */
  request(conn: Conn, request: HttpRequest, options?: AbortOptions): Promise<HttpResponse>;
  /**
   * Serves HTTP/1.1 on the connections of a listener, which belong to it from now on. The handler's
   * `request.signal` is aborted when the client leaves before it has the answer. There is no upgrade to
   * another protocol. An answer tells nothing that the handler does not, and no `Date`: a machine can be
   * told from others by its clock.
   */
  serve(
    listener: HttpListener,
    handler: RequestHandler,
    options: ServeOptions,
  ): Promise<HttpServer>;
  /** Makes an `http.Agent` of `node:http` that connects as it is told. */
  httpAgent(options: HttpAgentOptions): Promise<RuntimeHttpAgent>;
  /** Starts a program, found on PATH where `command` has no separator. */
  spawn(command: string, options?: SpawnOptions): Promise<Process>;

  /** Reads a whole file. */
  readFile(path: string, options?: AbortOptions): Promise<Uint8Array>;
  /** Writes a whole file, created with the mode given, by default `0o600`. */
  writeFile(path: string, data: Uint8Array, options?: WriteFileOptions): Promise<void>;
  /** Makes a directory with exactly the mode given, by default `0o700`, and its parents where asked. */
  makeDirectory(path: string, options?: MakeDirectoryOptions): Promise<void>;
  /** Makes a fresh directory of mode 0700 in the system's place for temporary files, and gives its path. */
  makeTempDirectory(prefix: string): Promise<string>;
  /** The names in a directory, in no order. */
  readDirectory(path: string): Promise<string[]>;
  /** Gives a file another path in the same file system, at once, in place of a file that is there. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file or an empty directory, with `recursive` a full one too. Missing is no error. */
  remove(path: string, options?: RemoveOptions): Promise<void>;
  /** What is at a path, or `undefined` where nothing is. */
  stat(path: string): Promise<FileInfo | undefined>;
  /** An environment variable, or `undefined` where it is unset or not permitted to be read. */
  env(name: string): string | undefined;
  /**
   * Calls `handler` when the user interrupts the program (SIGINT, SIGTERM, SIGHUP), until the
   * function that it returns is called.
   */
  onInterrupt(handler: (signal: "SIGINT" | "SIGTERM" | "SIGHUP") => void): () => void;
  /**
   * Ends this program by a signal, as that does where nothing listens to it; does nothing while
   * something that was given to {@linkcode onInterrupt} still listens. Another listener of the program
   * gets the signal, and decides. Where Deno does not permit to send signals (`--allow-run`), the
   * program exits with the code that stands for the signal, 130 for SIGINT.
   */
  endBySignal(signal: "SIGINT" | "SIGTERM" | "SIGHUP"): void;
}
