import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { freePort } from '../../lab/free-port.ts';

/** The stand-in's program, as it lies in the repository. */
export const PROGRAM = new URL('../../lab/stand-in/alloy.pl', import.meta.url).pathname;

/** The configuration that its packages ship. */
export const PACKAGED = readFileSync(
  new URL('../../lab/stand-in/config.alloy', import.meta.url),
  'utf8',
);

export type Answer = { readonly status: number; readonly body: string };

/** A running stand-in in a temporary folder, on a random port of loopback. */
export async function startStandIn(
  options: {
    readonly text?: string;
    readonly faults?: string;
    readonly args?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly port?: number;
    /** Another version's program than the repository's own. */
    readonly program?: string;
  } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'stand-in-'));
  const file = join(folder, 'config.alloy');
  const port = options.port ?? (await freePort());
  await writeFile(file, options.text ?? PACKAGED);
  await writeFile(join(folder, 'faults'), options.faults ?? '');
  const program = options.program === undefined ? PROGRAM : join(folder, 'alloy');
  if (options.program !== undefined) await writeFile(program, options.program);
  const child = execa(
    'perl',
    [
      program,
      'run',
      `--server.http.listen-addr=127.0.0.1:${port}`,
      ...(options.args ?? []),
      `--storage.path=${join(folder, 'data')}`,
      file,
    ],
    { env: { ALLOY_STAND_IN_DIR: folder, ...options.env }, reject: false },
  );
  const ended = child.then(({ exitCode, stderr }) => ({ exitCode, stderr }));

  const ask = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    return { status: response.status, body: await response.text() };
  };
  const standIn = {
    folder,
    file,
    port,
    child,
    ended,
    ask,
    write: (text: string) => writeFile(file, text),
    faults: (text: string) => writeFile(join(folder, 'faults'), text),
    reload: () => ask('/-/reload', { method: 'POST' }),
    /** Component IDs with their states, in Alloy's order. */
    states: async (): Promise<Readonly<Record<string, string>>> => {
      const { body } = await ask('/api/v0/web/components');
      const list = JSON.parse(body) as readonly {
        readonly localID: string;
        readonly health: { readonly state: string };
      }[];
      return Object.fromEntries(list.map((c) => [c.localID, c.health.state]));
    },
    /** The value of a metric's first line that starts so. */
    metric: async (start: string): Promise<string | undefined> => {
      const { body } = await ask('/metrics');
      return body.split('\n').find((line) => line.startsWith(start));
    },
    /** Waits until the port answers, or the process ended. */
    up: async (): Promise<'up' | 'ended'> => {
      let over = false;
      void ended.then(() => {
        over = true;
      });
      for (;;) {
        if (over) return 'ended';
        try {
          // any answer will do: the http block may lock us out
          await ask('/-/ready');
          return 'up';
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      }
    },
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
  return standIn;
}

export type StandIn = Awaited<ReturnType<typeof startStandIn>>;

/** `alloy validate` on texts: one file, or a folder of them. */
export async function validate(
  texts: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<{ exitCode: number | undefined; stdout: string; stderr: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'stand-in-'));
  try {
    for (const [name, text] of Object.entries(texts)) {
      await mkdir(join(folder, name, '..'), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    const target = args.length > 0 ? [] : Object.keys(texts).slice(0, 1);
    const { exitCode, stdout, stderr } = await execa(
      'perl',
      [PROGRAM, 'validate', ...args, ...target],
      {
        cwd: folder,
        reject: false,
        stripFinalNewline: false,
      },
    );
    return { exitCode, stdout, stderr };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
