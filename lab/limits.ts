import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { labsFolder, listLabs } from './state.ts';

/** Each systemd needs several inotify instances: the kernel's 128 are used up by the sixth host. */
const WANTED = { max_user_instances: 8192, max_user_watches: 524_288 } as const;

const knob = (name: string): string => `/proc/sys/fs/inotify/${name}`;
const memory = (): string => join(labsFolder(), '.inotify.json');

/** Raises the kernel's limits and records the previous ones. */
export function raiseLimits(): void {
  const before = Object.keys(WANTED).map((name) => [
    name,
    Number(readFileSync(knob(name), 'utf8')),
  ]);
  if (!existsSync(memory())) {
    mkdirSync(labsFolder(), { recursive: true });
    writeFileSync(memory(), JSON.stringify(Object.fromEntries(before)));
  }
  for (const [name, wanted] of Object.entries(WANTED)) {
    if (Number(readFileSync(knob(name), 'utf8')) < wanted) writeFileSync(knob(name), `${wanted}`);
  }
}

/** Restores them after the last lab is gone, and removes what labs shared. */
export function restoreLimits(): void {
  if (listLabs().length > 0 || !existsSync(memory())) return;
  const before = JSON.parse(readFileSync(memory(), 'utf8')) as Record<string, number>;
  for (const [name, value] of Object.entries(before)) writeFileSync(knob(name), `${value}`);
  rmSync(memory(), { force: true });
  removeIfEmpty(join(labsFolder(), '.networks'));
  removeIfEmpty(labsFolder());
}

/** The directory for labs can be the user's own: only the labs' files in it are removed. */
function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // absent, or not empty
  }
}
