import type { Desired } from '../model/desired.ts';
import {
  CONFIG_PATH,
  DROP_IN_PATH,
  ENVIRONMENT_PATH,
  LIST_PATH,
  PROXY_PATH,
} from '../model/desired.ts';
import { Secret } from '../model/secret.ts';

/** A file that the probe shall read; the bytes of a secret one become a Secret on arrival. */
export interface AskedFile {
  readonly path: string;
  readonly secret: boolean;
}

/** Every file whose state decides something for this host. */
export const askedFiles = (desired: Desired): readonly AskedFile[] => [
  { path: CONFIG_PATH, secret: false },
  { path: ENVIRONMENT_PATH, secret: true },
  { path: DROP_IN_PATH, secret: false },
  { path: LIST_PATH, secret: false },
  { path: PROXY_PATH, secret: false },
  ...desired.files.map(({ path, content }) => ({ path, secret: content instanceof Secret })),
];
