import { expect, test } from 'vitest';
import type { Happening } from '../../src/model/event.ts';
import { reportOf } from '../../src/report/fold.ts';
import { annotationsText, findingAnnotations, runAnnotations } from '../../src/report/github.ts';
import { findingsMarkdown, markdown } from '../../src/report/markdown.ts';
import {
  applied,
  change,
  checkProblem,
  planOf,
  rolledBack,
  stamp,
  started,
  undelivered,
  unreachable,
} from './events.ts';

const inRepository = (file: string) => file;

/** Puts a host on a line of the inventory. */
const placed = (happenings: readonly Happening[], line: number): readonly Happening[] =>
  happenings.map((one) =>
    one.type === 'host.started'
      ? { ...one, place: { file: 'inventory.yaml', line, column: 3 } }
      : one,
  );

const report = (...happenings: readonly Happening[]) => reportOf(stamp(happenings));

/** Reads a command as the runner's ActionCommand does. */
function readCommand(line: string) {
  const [, command, properties = '', data = ''] = /^::(\S+) ?(.*?)::(.*)$/.exec(line)!;
  const undo = (text: string) =>
    text
      .replaceAll('%3A', ':')
      .replaceAll('%2C', ',')
      .replaceAll('%0D', '\r')
      .replaceAll('%0A', '\n')
      .replaceAll('%25', '%');
  return {
    command,
    ...Object.fromEntries(
      properties
        .split(',')
        .map((one) => [one.split('=')[0], undo(one.slice(one.indexOf('=') + 1))]),
    ),
    data: undo(data),
  };
}

const commandsOf = (text: string) => text.trimEnd().split('\n').map(readCommand);

test('a problem is annotated at its own line, otherwise at the line of its host', () => {
  const text = annotationsText(
    runAnnotations(
      report(
        started('apply', 'web-01', 'web-02', 'web-03'),
        ...placed(rolledBack('web-01'), 7),
        ...placed(unreachable('web-02'), 8),
        ...placed(unreachable('web-03'), 8),
        { type: 'run.finished', exitCode: 1 },
      ),
    ),
    inRepository,
  );
  expect(commandsOf(text)).toEqual([
    expect.objectContaining({
      command: 'error',
      file: 'inventory.yaml',
      line: '31',
      col: '9',
      title: 'alloyup: alloy.reload',
      data: expect.stringMatching(
        /^Alloy rejected.*\non web-01\nError: .*12:3: Failed.*\nhelp: Fix/s,
      ),
    }),
    expect.objectContaining({
      line: '8',
      col: '3',
      title: 'alloyup: ssh.unreachable',
      data: expect.stringMatching(
        /^no connection to HOST, port 22: .*\non web-02, web-03\nhelp: Try it/,
      ),
    }),
  ]);
});

test('characters that would end a command or a property are escaped and read back', () => {
  const at = { file: 'a,b:c%.yaml', line: 1, column: 2 };
  const message = '100% ::error::\r\nof it, and: more';
  const [command] = commandsOf(
    annotationsText(findingAnnotations([checkProblem(message, '', { at })], []), inRepository),
  );
  expect(command).toEqual({
    command: 'error',
    file: 'a,b:c%.yaml',
    line: '1',
    col: '2',
    title: 'alloyup: config.check',
    // on one line, and the runner's own mark taken apart
    data: '100% : :error: : of it, and: more (flow.cycle)\nsee docs/problems.md#configcheck',
  });
});

test('a file outside the repository is named in the message', () => {
  const at = { file: '/etc/x.yaml', line: 4, column: 2 };
  const text = annotationsText(
    findingAnnotations(
      [],
      [{ code: 'w', params: { reason: 'diagnostic', rule: 'w', said: 'm', advice: 'h' }, at }],
    ),
    () => null,
  );
  expect(text).toBe(
    '::warning title=alloyup%3A w::/etc/x.yaml:4:2: m%0Ahelp: h%0Asee docs/checks.md\n',
  );
});

test('a note is a notice', () => {
  const params = { reason: 'diagnostic', rule: 'w', said: 'm', advice: 'h' } as const;
  const [command] = commandsOf(
    annotationsText(findingAnnotations([], [{ code: 'w', severity: 'note', params }]), () => null),
  );
  expect(command).toMatchObject({ command: 'notice', title: 'alloyup: w' });
  expect(findingsMarkdown('validate', [], [{ code: 'w', severity: 'note', params }])).toContain(
    '### Notes\n',
  );
});

test('annotations that GitHub would drop are counted', () => {
  const problems = Array.from({ length: 25 }, (_, i) => checkProblem(`m${i}`, 'h'));
  const lines = annotationsText(findingAnnotations(problems, []), inRepository)
    .trimEnd()
    .split('\n');
  expect(lines).toHaveLength(10);
  expect(lines[9]).toContain('::16 more');
});

test('the summary has outcomes, problems and equal plans once', () => {
  const text = markdown(
    report(
      started('apply', 'a', 'b', 'c'),
      ...applied('a', planOf(change())),
      ...applied('b', planOf(change())),
      ...rolledBack('c'),
      { type: 'run.finished', exitCode: 1 },
    ),
  );
  expect(text).toMatch(/^## alloyup apply: 2 changed, 1 rolled-back\n/);
  expect(text).toContain('| changed | 2 | a, b |');
  expect(text).toContain('<summary>2 hosts: a, b</summary>');
  expect(text).toContain('```diff\n@@ -3,3 +3,3 @@');
  expect(text.match(/\*\*alloy\.reload\*\*/g)).toHaveLength(1);
});

test('text of hosts cannot become markup or leave its fence', () => {
  const text = findingsMarkdown(
    'validate',
    [
      checkProblem('<img src=x> | [a](b) @team\n# head', '`x`', {
        detail: 'a\n```\n</details>\n````\nb',
      }),
    ],
    [],
  );
  const [outside] = text.split('\n`````\n');
  expect(outside).not.toMatch(/<img|\[a\]|@team|^# head/m);
  expect(text).toContain('\n`````\na\n```\n</details>\n````\nb\n`````\n');
});

test('a summary never exceeds what GitHub accepts', () => {
  const diffs = [{ path: '/x', kind: 'change' as const, text: `+${'x'.repeat(20_000)}\n` }];
  // changes that differ only in the host's name are printed once
  const names = Array.from({ length: 100 }, (_, i) => `web-${i}`);
  const text = markdown(
    report(
      started('apply', ...names),
      ...names.flatMap((name, i) => applied(name, planOf(change({ title: `port ${i}`, diffs })))),
    ),
  );
  expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024);
  expect(text).toContain('The rest is omitted');
});

test('data that does not arrive is a warning of the summary and of the log', () => {
  const run = report(started('apply', 'a'), ...applied('a'), ...undelivered('a'));
  const page = markdown(run).replaceAll(/&#(\d+);/g, (_, code) =>
    String.fromCharCode(Number(code)),
  );
  expect(page).toContain('data is refused (405)');
  expect(page).toContain('--web.enable-remote-write-receiver');
  expect(annotationsText(runAnnotations(run), inRepository)).toContain(
    '::warning title=alloyup%3A alloy.delivery::',
  );
});
