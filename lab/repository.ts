import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildFault, buildRepository, type Fault } from './repository/build.ts';
import { forgetRequests, servedRequests, setBehaviour } from './repository/control.ts';
import { readKeys } from './repository/keys.ts';
import type { Behaviour, Served } from './repository/server.ts';
import { labFolder } from './state.ts';

/** The repository of a running lab: what it serves, which requests it got, and its faults. */
export class LabRepository {
  readonly #folder: string;
  readonly #keys: string;

  constructor(lab: string) {
    this.#folder = join(labFolder(lab), 'repository');
    this.#keys = join(labFolder(lab), 'gpg');
  }

  get #control(): string {
    return join(this.#folder, 'control');
  }

  /** The files of the intact repository. */
  get folder(): string {
    return join(this.#folder, 'www');
  }

  /** Serves only these packages, with a new signature. */
  async publish(debs: readonly string[]): Promise<void> {
    await buildRepository(this.folder, debs, readKeys(this.#keys));
  }

  /** All requests by hosts and controller since the start or the last `forget`. */
  requests(): Promise<readonly Served[]> {
    return servedRequests(this.#control);
  }

  async forget(): Promise<void> {
    await forgetRequests(this.#control);
  }

  /** Serves wrong files until `mend`. */
  async fault(fault: Fault): Promise<void> {
    const instead = join(this.#folder, 'faults', fault);
    if (!existsSync(instead)) {
      mkdirSync(instead, { recursive: true });
      await buildFault({
        fault,
        folder: instead,
        good: this.folder,
        keys: readKeys(this.#keys),
        scratch: join(this.#keys, '..', 'gpg2'),
      });
    }
    await setBehaviour(this.#control, { instead });
  }

  /** `{ down: true }`, `{ delayMs: 5000 }`, `{ status: 503 }`. */
  async behave(behaviour: Partial<Behaviour>): Promise<void> {
    await setBehaviour(this.#control, behaviour);
  }

  /** Serves the intact repository again. */
  async mend(): Promise<void> {
    await setBehaviour(this.#control, {});
  }
}
