/**
 * The stand-in against the recordings themselves, where they lie beside the repository: every
 * recorded validate, reload and start of a kind that it supports. (Its own cases, written after
 * them, are in stand-in.test.ts and need nothing beside the repository.)
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { describeUnless, MISSING, recording } from '../missing.ts';
import { PROGRAM, startStandIn } from './stand-in-process.ts';

const recordings = recording('recordings');
const there = MISSING.recordings === undefined;

const read = (path: string): string => readFileSync(join(recordings, path), 'utf8');
const names = (folder: string, ending: string): readonly string[] =>
  there
    ? readdirSync(join(recordings, folder))
        .filter((name) => name.endsWith(ending))
        .map((name) => name.slice(0, -ending.length))
    : [];

/** What the stand-in says that it cannot judge; anything else must agree. */
const NOT_SUPPORTED = ['component-not-in-build', 'extra-format-static'];

const counts = { agreed: 0, notSupported: [] as string[] };
afterAll(() => {
  if (!there) return;
  console.info(
    `recordings: ${counts.agreed} agree, not supported: ${counts.notSupported.join(', ')}`,
  );
  expect([...new Set(counts.notSupported)].sort()).toEqual(NOT_SUPPORTED);
});

const unsupported = (name: string, said: string): boolean => {
  const is = said.includes('stand-in: not supported');
  if (is) counts.notSupported.push(name);
  else counts.agreed++;
  return is;
};

/** Without dates, and without what ends a file. */
const timeless = (text: string): string =>
  text.replace(/\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d/g, 'DATE').trimEnd();

/** Commands of the recordings that name folders, files or users that only the recorded host had. */
const ELSEWHERE = /dir|secret\.alloy/;

describeUnless(MISSING.recordings)('recorded', () => {
  const cases = names('validate', '.alloy').map(
    (name) => [name, ['validate', `${name}.alloy`]] as const,
  );
  const commands = names('validate', '.cmd')
    .map((name) => [name, read(`validate/${name}.cmd`).trim().split(' ').slice(1)] as const)
    .filter(([, args]) => !ELSEWHERE.test(args.join(' ')));

  test.concurrent.each([...cases, ...commands])('validate %s', async (name, args) => {
    const ran = await execa('perl', [PROGRAM, ...args], {
      cwd: join(recordings, 'validate'),
      reject: false,
    });
    if (unsupported(name, ran.stderr)) {
      expect(ran.exitCode).toBe(1);
      return;
    }
    expect(timeless(ran.stderr)).toBe(timeless(read(`validate/${name}.stderr`)));
    expect(ran.exitCode).toBe(Number(read(`validate/${name}.exit`)));
  });

  /** The case as it would have been written for another port and another path. */
  const local = (text: string, port: number, file: string): string =>
    text
      .replaceAll('12345', String(port))
      .replaceAll('/etc/alloy/config.alloy', file)
      .replaceAll(/(health_type="\w+"\}) /g, '$1 ');

  /** `ID | state | message` of a recording; a start and an evaluation leave the same healthy component. */
  const components = (text: string): readonly string[] =>
    (/^## components.*\n([\s\S]*?)^## /m.exec(text)?.[1] ?? '')
      .split('\n')
      .filter((line) => line.includes(' | '))
      .map((line) => line.replace(/\| (?:component evaluated|started .*)$/, '| runs').trim())
      .sort();

  const running = async (
    ask: (path: string) => Promise<{ body: string }>,
  ): Promise<readonly string[]> => {
    const { body } = await ask('/api/v0/web/components');
    const list = JSON.parse(body) as readonly {
      readonly localID: string;
      readonly health: { readonly state: string; readonly message: string };
    }[];
    return list
      .map(({ localID, health }) => `${localID} | ${health.state} | ${health.message}`)
      .map((line) => line.replace(/\| (?:component evaluated|started .*)$/, '| runs'))
      .sort();
  };

  const metrics = (text: string): readonly string[] =>
    text
      .split('\n')
      .filter((line) =>
        /^alloy_(?:config_(?:hash|last_load_successful|load_failures)|component_controller_running)/.test(
          line,
        ),
      )
      .sort();

  test.each(names('reload', '.txt'))('reload %s', async (name) => {
    const recorded = read(`reload/${name}.txt`);
    const after = recorded.slice(recorded.indexOf('\n## after'));
    const [, status, body] =
      /POST \/-\/reload -> (\d+) in [^\n]* body:\n([\s\S]*?)\n## after/.exec(recorded) ?? [];
    const alloy = await startStandIn();
    const here = (text: string): string => local(text, alloy.port, alloy.file);
    try {
      await alloy.up();
      const text = read(`validate/${name}.alloy`);
      const ported = text.replaceAll('12345', String(alloy.port));
      await alloy.write(ported);
      const answer = await alloy.reload();
      if (unsupported(name, answer.body)) return;
      expect([answer.status, answer.body.trimEnd()]).toEqual([
        Number(status),
        here(body ?? '').trimEnd(),
      ]);
      const healthy = await alloy.ask('/-/healthy');
      expect(`${healthy.status} '${healthy.body.replace('\n', '\\n')}'`).toBe(
        /GET \/-\/healthy -> (.*)/.exec(after)?.[1],
      );
      if (healthy.status === 400) return;
      expect(await running(alloy.ask)).toEqual(components(here(after)));
      const found = metrics((await alloy.ask('/metrics')).body);
      // the hash is that of the file, in which the port is ours
      const hash = /^alloy_config_hash.*$/m;
      if (ported === text) expect(found.join('\n')).toContain(hash.exec(after)?.[0]);
      expect(found.filter((line) => !hash.test(line))).toEqual(
        metrics(after).filter((line) => !hash.test(line)),
      );
    } finally {
      await alloy.stop();
    }
  });

  test.each(names('start', '.txt'))('start %s', async (name) => {
    const recorded = read(`start/${name}.txt`);
    const alloy = await startStandIn();
    await alloy.stop();
    const started = await startStandIn({
      port: alloy.port,
      text: read(`validate/${name}.alloy`).replaceAll('12345', String(alloy.port)),
    });
    const here = (text: string): string => local(text, started.port, started.file);
    try {
      const state = await started.up();
      if (state === 'ended' && unsupported(name, (await started.ended).stderr)) return;
      expect(state).toBe(recorded.includes('ActiveState=failed') ? 'ended' : 'up');
      if (state === 'ended') {
        const { exitCode, stderr } = await started.ended;
        expect(exitCode).toBe(1);
        const said = [...here(recorded).matchAll(/\]: (Error: .*)$/gm)].map((m) => m[1]);
        for (const line of said) expect(stderr).toContain(line);
        return;
      }
      counts.agreed++;
      const healthy = await started.ask('/-/healthy');
      expect(`${healthy.status} '${healthy.body.replace('\n', '\\n')}'`).toBe(
        /GET \/-\/healthy -> (.*)/.exec(recorded)?.[1],
      );
      if (healthy.status === 400) return;
      expect(await running(started.ask)).toEqual(components(here(recorded)));
    } finally {
      await started.stop();
    }
  });
});
