import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY_ROOT } from '../../lab/root.ts';

/**
 * Bundles a program of this directory, since Node 20 cannot run TypeScript. `worker` takes ssh2 as it is installed, with
 * its native parts, so that the hosts cost as little as they can; `bare` has it bundled, as the command has.
 */
export async function buildProgram(
  name: 'worker' | 'bare',
): Promise<{ readonly program: string; remove(): void }> {
  const { build } = await import('esbuild');
  const folder = join(REPOSITORY_ROOT, '.build');
  mkdirSync(folder, { recursive: true });
  const own = mkdtempSync(join(folder, 'simulator-'));
  const program = join(own, `${name}.mjs`);
  await build({
    absWorkingDir: REPOSITORY_ROOT,
    entryPoints: [`bench/simulator/${name}.ts`],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    loader: { '.pl': 'text' },
    external: ['cpu-features', '*.node', ...(name === 'worker' ? ['ssh2'] : [])],
    banner: {
      js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);",
    },
    define: { __dirname: '"."' },
    logLevel: 'error',
  });
  return { program, remove: () => rmSync(own, { recursive: true, force: true }) };
}
