import { checkHiddenService, type HiddenServiceRecord } from "../config/hidden_service_record.ts";
import { OnionKeyFileError } from "../errors/mod.ts";
import { checkNumber } from "../util/check_number.ts";
import { noteDirectory } from "./directory_undo.ts";
import {
  FilesystemOnionService,
  type FilesystemOnionServiceContext,
  type FilesystemOnionServiceOptions,
} from "./filesystem_onion_service.ts";
import { type OnionClient, onionClients } from "./onion_client.ts";
import { formatOnionPort, parseOnionPorts } from "./onion_ports.ts";
import type { OnionServiceDirectory } from "./onion_service_directory.ts";
import { publish } from "./publish.ts";
import { checkPath, isSamePath, serviceDirectory } from "./service_directory.ts";
import { servicesInMemory } from "./services_in_memory.ts";

/**
 * Creates a service in a directory and has it published; see
 * {@linkcode Tor.createFilesystemOnionService}.
 */
export async function createFilesystemService(
  path: string,
  { options, context }: {
    options: FilesystemOnionServiceOptions;
    context: FilesystemOnionServiceContext;
  },
): Promise<FilesystemOnionService> {
  const dir = checkPath(path);
  const record = recordOf(dir, options);
  const clients = onionClients(options.clients);
  const { control, services } = context;
  const added = await publish(control, {
    options,
    work: {
      summary: "Tor is asked to add the service",
      add: () => services.inTurn(() => add(record, { clients, context })),
      addressOf: ({ service }) => service.address,
      undo: ({ undo }) => undo(),
    },
  });
  return added.service;
}

/** Adds the service to the configuration, and leaves nothing behind where that fails. */
async function add(
  record: HiddenServiceRecord,
  { clients, context }: {
    clients: ReadonlyMap<string, OnionClient>;
    context: FilesystemOnionServiceContext;
  },
): Promise<{ service: FilesystemOnionService; undo: () => Promise<void> }> {
  const { services, runtime } = context;
  const directory = serviceDirectory(record, runtime);
  const others = await services.read();
  await checkFree(directory, { others, context });
  const restore = await noteDirectory(runtime, directory.path);
  let mayBeAdded = false;
  const undo = async () => {
    try {
      // The configuration outlives the connection: it may be undone over the next.
      if (mayBeAdded) {
        await context.control.whenConnected();
        await services.remove(directory.path);
      }
    } finally {
      await restore();
    }
  };
  try {
    await directory.prepare();
    await writeClients(directory, clients);
    // It may be that Tor takes it and its answer is lost.
    mayBeAdded = true;
    await services.write([...others, record]);
    const service = await FilesystemOnionService.read(record, context);
    const known = new Map([...service.clients ?? []].map(([name, client]) => {
      const made = clients.get(name);
      return [name, made?.publicKey.equals(client.publicKey) ? made : client];
    }));
    const { address, ports, privateKey } = service;
    const facts = { address, ports, privateKey, directory, clients: known };
    return {
      service: new FilesystemOnionService(facts, context),
      undo: () => services.inTurn(undo),
    };
  } catch (error) {
    // What is told is why it could not be added.
    await undo().catch(() => {});
    throw error;
  }
}

/** Refuses a directory or a key that another service has. */
async function checkFree(
  directory: OnionServiceDirectory,
  { others, context }: {
    others: readonly HiddenServiceRecord[];
    context: FilesystemOnionServiceContext;
  },
): Promise<void> {
  const { path } = directory;
  const address = await directory.readAddress();
  for (const other of others) {
    const refuse = (what: string) =>
      new OnionKeyFileError(
        `Cannot create an onion service in ${path}: Tor has one already${what}`,
        path,
      );
    if (isSamePath(other.dir, path)) throw refuse(" there");
    if (address === undefined) continue;
    // The directory may be known by another name, or be a copy.
    const theirs = await serviceDirectory(other, context.runtime).readAddress().catch(() =>
      undefined
    );
    if (theirs?.equals(address)) throw refuse(`, of the same key, in ${other.dir}`);
  }
  if (address === undefined) return;
  // Tor 0.4.9 would say that it has taken it, and not do so.
  for (const isDetached of [false, true]) {
    const inMemory = await servicesInMemory(context.control, { isDetached });
    if (!inMemory.some((other) => other.equals(address))) continue;
    throw new OnionKeyFileError(
      `Cannot create an onion service in ${path}: Tor has an ephemeral one of the same key`,
      path,
    );
  }
}

/** Writes the clients that are not there yet; refuses a directory that lets in others. */
async function writeClients(
  directory: OnionServiceDirectory,
  clients: ReadonlyMap<string, OnionClient>,
): Promise<void> {
  const there = await directory.readClients();
  if (clients.size === 0) return;
  for (const [name, publicKey] of there) {
    const client = clients.get(name);
    if (client !== undefined && (client.key !== undefined || client.publicKey.equals(publicKey))) {
      continue;
    }
    const why = client === undefined ? "is not among clients" : "has another key there";
    throw new OnionKeyFileError(
      `Cannot create an onion service in ${directory.path}: its client ${JSON.stringify(name)} ` +
        why,
      directory.path,
    );
  }
  for (const [name, { publicKey }] of clients) {
    if (!there.has(name)) await directory.writeClient(name, publicKey);
  }
}

/** The service as it is in the configuration. */
function recordOf(dir: string, options: FilesystemOnionServiceOptions): HiddenServiceRecord {
  const { maxStreams, maxStreamsCloseCircuit, groupReadable, powDefences } = options;
  if (maxStreams !== undefined) checkNumber("maxStreams", maxStreams, 0, 65535);
  const { queueRate, queueBurst } = typeof powDefences === "object" ? powDefences : {};
  return checkHiddenService({
    ...options.settings,
    dir,
    ports: parseOnionPorts(options.ports, options).map(formatOnionPort),
    ...given({
      HiddenServiceMaxStreams: maxStreams,
      HiddenServiceMaxStreamsCloseCircuit: maxStreamsCloseCircuit,
      HiddenServiceDirGroupReadable: groupReadable,
      HiddenServicePoWDefensesEnabled: powDefences === undefined ? undefined : !!powDefences,
      HiddenServicePoWQueueRate: queueRate,
      HiddenServicePoWQueueBurst: queueBurst,
    }),
  });
}

/** What has a value. */
function given(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
