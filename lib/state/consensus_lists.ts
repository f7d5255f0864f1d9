import type { Fingerprint } from "../codec/events/identifiers.ts";
import type { Router } from "./router.ts";

/** The lists and maps of one consensus. Each is made when it is first asked for. */
export class ConsensusLists {
  readonly #byHash: ReadonlyMap<string, Router>;
  #all: readonly Router[] | undefined;
  #routers: ReadonlyMap<string, Router> | undefined;
  #byName: ReadonlyMap<string, readonly Router[]> | undefined;
  #flagged: FlaggedRouters | undefined;

  constructor(byHash: ReadonlyMap<string, Router>) {
    this.#byHash = byHash;
  }

  get all(): readonly Router[] {
    return this.#all ??= [...this.#byHash.values()];
  }

  /** By fingerprint, and by nickname where it is unique. A nickname is too short for a fingerprint. */
  get routers(): ReadonlyMap<string, Router> {
    if (this.#routers !== undefined) return this.#routers;
    const routers = new Map<string, Router>();
    for (const router of this.all) routers.set(router.idHex, router);
    for (const [name, [router, another]] of this.byName) {
      if (another === undefined) routers.set(name, router!);
    }
    return this.#routers = routers;
  }

  get byName(): ReadonlyMap<string, readonly Router[]> {
    if (this.#byName !== undefined) return this.#byName;
    const byName = new Map<string, Router[]>();
    for (const router of this.all) {
      const name = router.nickname!;
      const others = byName.get(name);
      if (others === undefined) byName.set(name, [router]);
      else others.push(router);
    }
    return this.#byName = byName;
  }

  get byHash(): ReadonlyMap<string, Router> {
    return this.#byHash;
  }

  get guards(): ReadonlyMap<Fingerprint, Router> {
    return (this.#flagged ??= this.#findFlagged()).guards;
  }

  get authorities(): ReadonlyMap<string, Router> {
    return (this.#flagged ??= this.#findFlagged()).authorities;
  }

  #findFlagged(): FlaggedRouters {
    const guards = new Map<Fingerprint, Router>();
    const authorities = new Map<string, Router>();
    for (const router of this.all) {
      const { flags } = router;
      if (flags.has("Guard")) guards.set(router.idHex, router);
      if (flags.has("Authority")) authorities.set(router.nickname!, router);
    }
    return { guards, authorities };
  }
}

/** The relays of a consensus that have a flag which is asked for often. */
interface FlaggedRouters {
  readonly guards: ReadonlyMap<Fingerprint, Router>;
  readonly authorities: ReadonlyMap<string, Router>;
}
