import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entriesOf, PROBLEMS, WARNINGS } from '../../scripts/problem-catalogue/all.ts';
import { findingsText } from '../../src/cli/commands/doctor.ts';
import { noticed } from '../../src/cli/doctor/inventory-findings.ts';
import { openPrinter } from '../../src/cli/runs/run-output.ts';
import { HOST_CODES } from '../../src/host/records.ts';
import type { Happening } from '../../src/model/event.ts';
import type { Notice } from '../../src/model/problem.ts';
import { reportOf } from '../../src/report/fold.ts';
import { annotationsText, findingAnnotations, runAnnotations } from '../../src/report/github.ts';
import { junit } from '../../src/report/junit.ts';
import { liveLines } from '../../src/report/live.ts';
import { openLiveFold } from '../../src/report/live-state.ts';
import { findingsMarkdown, markdown } from '../../src/report/markdown.ts';
import { findingsJson } from '../../src/report/ndjson.ts';
import { paintWith } from '../../src/report/paint.ts';
import { say, toPrintable, withoutCommands } from '../../src/report/printable.ts';
import { problemsText } from '../../src/report/problem-text.ts';
import { createMask, openCleaner } from '../../src/report/redact.ts';
import { readSavedEvent } from '../../src/report/saved-events.ts';
import { textOf } from '../../src/report/text-of.ts';
import { memoryTerminal } from '../cli/terminal.ts';
import { change, factsOf, planOf, START, stamp } from './events.ts';

/** What a hostile host, inventory, template or environment would put into a text. */
const PIECES = [
  '\u001b[31m',
  '\u001b[2J',
  '\u001b]0;title\u0007',
  '\u001b]8;;http://x\u001b\\',
  '\u009b31m',
  '\u009d0;x\u009c',
  '\u001bP1\u001b\\',
  '\u001b',
  '\u0000',
  '\u0007',
  '\b',
  '\u007f',
  '\u0085',
  '\r',
  '\r\n',
  '\n',
  '\t',
  '\u061c',
  '\u200b',
  '\u200c',
  '\u200d',
  '\u200e',
  '\u200f',
  '\u2028',
  '\u2029',
  '\u202a',
  '\u202e',
  '\u2060',
  '\u2066',
  '\u2069',
  '\u206f',
  '\ufeff',
  '\u00ad',
  '\u180e',
  '\u{e0041}',
  '\ud800',
  '\udc00',
  '\ufff9',
  '::error::',
  '\n::error::x',
  ' ::add-mask::x',
  '##[error]',
  '\n##[group]',
  '::',
  ':',
  '#',
  '[',
  '`',
  '<',
  '&',
  '$(id)',
  '"',
  "'",
  'a',
  'word ',
  'é',
  '日',
];
const evil = fc
  .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 8 })
  .map((all) => all.join(''));

/** Characters that no text may show; newlines and tabs stand where we put them. */
const UNSEEN = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const everyText = (value: unknown, text: string): unknown => {
  if (typeof value === 'string') return text;
  if (Array.isArray(value)) return value.map((one) => everyText(one, text));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, everyText(one, text)]));
};

const examples = [...entriesOf(PROBLEMS), ...entriesOf(WARNINGS)].flatMap(([code, { examples }]) =>
  Object.entries(examples).map(([reason, params]) => ({ code, reason, params })),
);

/** Whether a problem's words can be made from these params: some are words of ours. */
function hasText(code: string, params: object): boolean {
  try {
    return textOf({ code, params, host: 'h' } as unknown as Notice).message !== undefined;
  } catch {
    return false;
  }
}

const noticeOf = ({ code, reason, params }: (typeof examples)[number], text: string) => {
  let all: object = { ...(params as object), reason };
  for (const [key, value] of Object.entries(params as object)) {
    const next = { ...all, [key]: everyText(value, text) };
    if (hasText(code, next)) all = next;
  }
  return {
    code,
    params: { ...all, jump: text },
    host: text,
    detail: text,
    at: { file: text, line: 1, column: 1 },
  } as unknown as Notice;
};

/** A run all of whose texts are `text`, with a notice. */
const runOf = (text: string, notice: Notice) => {
  const clean = openCleaner(createMask([]));
  const facts = factsOf({
    os: text,
    version: text,
    running: text,
    active: text,
    arch: text,
    components: { [text]: [text] },
    lastRun: { run: text, verdict: text },
    proven: { run: text, at: START, holds: false },
  });
  const edits = change({
    title: text,
    before: text,
    after: text,
    diffs: [{ path: text, kind: 'change', text }],
  });
  const happenings = [
    {
      type: 'run.started',
      schema: 1,
      run: text,
      verb: 'apply',
      hosts: [text, `${text}2`],
      version: text,
    },
    { type: 'run.warning', warning: notice },
    { type: 'host.started', host: text, place: { file: text, line: 1, column: 1 } },
    { type: 'host.connected', host: text, via: 'ssh', how: text, why: text },
    { type: 'host.facts', host: text, facts },
    { type: 'host.planned', host: text, plan: planOf(edits) },
    { type: 'host.waiting', host: text, for: text, seconds: 9, limitS: null },
    { type: 'change.started', host: text, step: 'config' },
    { type: 'change.output', host: text, step: 'config', line: text },
    { type: 'change.failed', host: text, step: 'config', exit: 1 },
    { type: 'host.finished', host: text, outcome: 'failed', problem: notice },
    { type: 'run.finished', exitCode: 1 },
  ] as unknown as readonly Happening[];
  return stamp(happenings.map(clean));
};

const style = { paint: paintWith(false), width: 80 };

/** Everything that can show a text, by what it is called. `lines`: each begins with words of ours. */
const SINKS: Readonly<Record<string, (text: string, notice: Notice) => string>> = {
  'the terminal': (text, notice) => printed('text', 0, text, notice),
  '-v': (text, notice) => printed('text', 1, text, notice),
  '-vv': (text, notice) => printed('text', 2, text, notice),
  NDJSON: (text, notice) => printed('ndjson', 0, text, notice),
  JSON: (text, notice) => printed('json', 0, text, notice),
  JUnit: (text, notice) => printed('junit', 0, text, notice),
  'the job summary': (text, notice) => markdown(reportOf(runOf(text, notice))),
  'the summary of findings': (_, notice) =>
    findingsMarkdown('validate', [notice as never], [notice]),
  annotations: (text, notice) =>
    annotationsText(runAnnotations(reportOf(runOf(text, notice))), (file) => file),
  'annotations of findings': (_, notice) =>
    annotationsText(findingAnnotations([notice], [notice]), () => null),
  'the live view': (text, notice) => {
    const fold = openLiveFold();
    const frames = runOf(text, notice).flatMap((event) => {
      fold.add(event);
      const phase = { title: text, state: 'running', tookMs: null, note: text } as const;
      return liveLines(fold.state, { columns: 80, rows: 24 }, START + 9000, paintWith(false), [
        phase,
      ]);
    });
    return frames.join('\n');
  },
  'problems and warnings': (_, notice) => problemsText([notice as never], [notice], style),
  'findings as JSON': (_, notice) =>
    findingsJson({ exitCode: 64, problems: [notice as never], warnings: [] }),
  doctor: (text, notice) =>
    findingsText(
      [
        noticed(notice, 'trip'),
        { part: 'host', check: text, state: 'note', message: text, hint: text, host: text },
      ],
      memoryTerminal(),
      false,
    ),
  'runs show': (text, notice) => {
    const saved = runOf(text, notice).map((event) => readSavedEvent(JSON.stringify(event)));
    return saved.every((event) => !('where' in event)) ? printed('text', 1, text, notice) : '';
  },
  'words of the command line': (text) => say`Wrote ${text}: ${text}.\n`,
  // colors stay in it
  'a block of the command line': (text) => toPrintable(`a\n${text}\n`).replaceAll('\u001b[31m', ''),
};

function printed(
  format: 'text' | 'json' | 'ndjson' | 'junit',
  verbose: number,
  text: string,
  notice: Notice,
) {
  const terminal = memoryTerminal();
  const printer = openPrinter(format, { quiet: false, verbose, diff: true }, terminal);
  for (const event of runOf(text, notice)) printer.on(event);
  printer.end();
  return terminal.printed().out;
}

describe.each(Object.entries(SINKS))('%s', (name, sink) => {
  test('shows nothing that is invisible or controls a terminal, and no command of GitHub', () => {
    fc.assert(
      fc.property(evil, fc.constantFrom(...examples), (text, example) => {
        const shown = sink(text, noticeOf(example, text));
        expect(shown).not.toMatch(UNSEEN);
        if (name.startsWith('annotations')) {
          for (const line of shown.split('\n').filter(Boolean)) {
            const [, properties, data] = /^::(?:error|warning|notice) ([^:]*)::(.*)$/.exec(line)!;
            expect(`${properties}${data}`).not.toMatch(/::|##\[/);
          }
        } else if (name.includes('summary')) expect(shown).not.toMatch(/::|##\[/);
        else if (['NDJSON', 'JSON', 'JUnit', 'findings as JSON'].includes(name))
          expect(shown).not.toMatch(/^\s*::|##\[/m);
        // as the terminal of a job writes it
        else expect(withoutCommands(shown)).not.toMatch(/::|##\[/);
      }),
      { numRuns: 200 },
    );
  });
});

test('no line of a text from outside begins a line of ours', () => {
  fc.assert(
    fc.property(fc.constantFrom(...examples), (example) => {
      const notice = { ...noticeOf(example, 'x\nerror[evil]: y'), detail: 'x\nerror[evil]: y' };
      expect(problemsText([], [notice], style)).not.toMatch(/^error/m);
      expect(printed('text', 2, 'x\nerror[evil]: y', notice)).not.toMatch(/^error\[evil/m);
    }),
  );
});

test('JSON reads as what was written', () => {
  fc.assert(
    fc.property(evil, (text) => {
      const problem = {
        code: 'config.check',
        params: { reason: 'diagnostic', rule: 'x', said: text, advice: '' },
      } as never;
      const { problems } = JSON.parse(
        findingsJson({ exitCode: 64, problems: [problem], warnings: [] }),
      );
      expect(problems[0].params.said).toBe(text);
    }),
  );
});

test('XML reads back without what it may not hold', () => {
  const [event] = runOf('a ]]> <b>', noticeOf(examples[0]!, 'x'));
  expect(junit(reportOf([event!]))).toContain('a ]]&#62; &#60;b&#62;');
});

/** Words that begin a command in a hint, up to where a sentence goes on. */
const COMMAND =
  /\b(?:ssh|ssh-add|ssh-keygen|sudo|alloyup|apt-get|apt-mark|dpkg|systemctl|journalctl|chmod|chown|chattr|lsattr|setfacl|mount|umount|findmnt|visudo|kill|rm|mv|cat|du|df|ls)\b[^.;,():]*/g;

test('a hint puts nothing that a host reports into a command to paste', () => {
  const ofHosts = examples.filter(
    ({ code }) => code.startsWith('host.') || HOST_CODES.some((one) => one === code),
  );
  expect(ofHosts.length).toBeGreaterThan(20);
  // no character of it ends what is taken for a command
  const text = 'HOSTILE';
  const commands = ofHosts.flatMap(({ code, reason, params }) => {
    const { hint } = textOf({ ...noticeOf({ code, reason, params }, text), host: 'web-01' });
    return [...hint.matchAll(COMMAND)].map(([command]) => `${code}, ${reason}: ${command}`);
  });
  expect(commands.length).toBeGreaterThan(20);
  expect(commands.filter((command) => command.includes(text))).toEqual([]);
});

test('what an inventory says is one word of a command to paste', () => {
  const text = "https://e.example/it's $(id)";
  const word = "'https://e.example/it'\\''s $(id)'";
  const pasted = examples.flatMap((example) => {
    const { hint } = textOf({ ...noticeOf(example, text), host: 'web-01' });
    return [
      ...hint.matchAll(
        /\b(?:curl (?:-x|-fI)|ls -l|ls -ld|chmod \S+|ansible(?:-inventory)? -i) (.*)/g,
      ),
    ].map(([, rest]) => rest!);
  });
  expect(pasted.length).toBeGreaterThan(10);
  expect(pasted.filter((rest) => !rest.startsWith(word) && rest.includes('$(id)'))).toEqual([]);
});
