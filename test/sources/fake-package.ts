import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** As dpkg-deb compresses data.tar. */
export type Compression = 'gzip' | 'xz' | 'zstd' | 'none';

const ENDINGS = { gzip: '.gz', xz: '.xz', zstd: '.zst', none: '' } as const;

/** Whether this machine has the program that compresses so. */
export const canCompress = (compression: Compression): boolean =>
  compression === 'none' || spawnSync(compression, ['--version']).status === 0;

/** A Debian package whose data.tar holds these files, by path, executable. */
export function makeDeb(
  files: Readonly<Record<string, string | Uint8Array>>,
  compression: Compression = 'gzip',
): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'alloyup-deb-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      const file = join(folder, 'data', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      chmodSync(file, 0o755);
    }
    const run = (program: string, ...args: readonly string[]): Uint8Array => {
      const made = spawnSync(program, args, { maxBuffer: 1 << 30 });
      if (made.status !== 0) throw new Error(`${program}: ${made.stderr}`);
      return made.stdout;
    };
    const tar = join(folder, 'data.tar');
    writeFileSync(tar, run('tar', '-C', join(folder, 'data'), '-cf', '-', '.'));
    const data = compression === 'none' ? readFileSync(tar) : run(compression, '-c', tar);
    return archive({
      'debian-binary': Buffer.from('2.0\n'),
      'control.tar': run('tar', '-C', folder, '-cf', '-', '--files-from', '/dev/null'),
      [`data.tar${ENDINGS[compression]}`]: data,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** An ar archive: ar(5). */
function archive(members: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const parts: Uint8Array[] = [Buffer.from('!<arch>\n')];
  for (const [name, data] of Object.entries(members)) {
    const fields = [name.padEnd(16), '0'.padEnd(12), '0'.padEnd(6), '0'.padEnd(6)];
    const header = `${fields.join('')}${'100644'.padEnd(8)}${String(data.length).padEnd(10)}\`\n`;
    parts.push(Buffer.from(header), data, Buffer.from(data.length % 2 === 1 ? '\n' : ''));
  }
  return Buffer.concat(parts);
}
