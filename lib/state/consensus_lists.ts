import type { Fingerprint } from "../codec/events/identifiers.ts";
import type { Router } from "./router.ts";

/** The lists and maps of one consensus. Each is made when it is first asked for. */
export class ConsensusLists {
  readonly #byId: ReadonlyMap<Fingerprint, Router>;
  #all: readonly Router[] | undefined;
  #routers: ReadonlyMap<string, Router> | undefined;
  #byName: ReadonlyMap<string, readonly Router[]> | undefined;
  #byHash: ReadonlyMap<string, Router> | undefined;
  #guards: ReadonlyMap<Fingerprint, Router> | undefined;
  #authorities: ReadonlyMap<string, Router> | undefined;

  constructor(byId: ReadonlyMap<Fingerprint, Router>) {
    this.#byId = byId;
  }

  get all(): readonly Router[] {
    return this.#all ??= [...this.#byId.values()];
  }

  /** By fingerprint, and by nickname where it is unique. A nickname is too short for a fingerprint. */
  get routers(): ReadonlyMap<string, Router> {
    if (this.#routers !== undefined) return this.#routers;
    const routers = new Map<string, Router>(this.#byId);
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
    return this.#byHash ??= new Map(this.all.map((router) => [router.idHash, router]));
  }

  get guards(): ReadonlyMap<Fingerprint, Router> {
    return this.#guards ??= new Map(this.#flagged("Guard").map((router) => [router.idHex, router]));
  }

  get authorities(): ReadonlyMap<string, Router> {
    return this.#authorities ??= new Map(
      this.#flagged("Authority").map((router) => [router.nickname!, router]),
    );
  }

  #flagged(flag: string): Router[] {
    return this.all.filter(({ flags }) => flags.has(flag));
  }
}
