import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY_ROOT } from '../../lab/root.ts';
import { answersIn, givenAnswer, refuseUnused } from '../../src/cli/init/answers-file.ts';
import { additionsOf } from '../../src/cli/init/draft-inventory.ts';
import type { Answer } from '../../src/cli/init/question.ts';
import { nextQuestion, questionsOf } from '../../src/cli/init/questions.ts';
import { anySoftware } from '../../src/cli/init/software-questions.ts';
import { openPrinter } from '../../src/cli/runs/run-output.ts';
import { readDeclarations } from '../../src/config/declarations.ts';
import { type Problem, ToolError } from '../../src/model/problem.ts';
import { planHost } from '../../src/plan/planner.ts';
import { parseSavedPlan, type SavedPlan, savedHost, sealed } from '../../src/plan/saved-plan.ts';
import { ndjson } from '../../src/report/ndjson.ts';
import { paintWith } from '../../src/report/paint.ts';
import { problemsText } from '../../src/report/problem-text.ts';
import { readSavedEvent } from '../../src/report/saved-events.ts';
import { factsOf, optionsOf, stocked, targetOf } from '../builders.ts';
import { memoryTerminal } from '../cli/terminal.ts';
import { applied, rolledBack, stamp, started, unreachable } from '../report/events.ts';
import { mutate, mutateJson } from './mutate.ts';

const print = (problems: readonly Problem[]): unknown =>
  problemsText(problems, [], { paint: paintWith(false), width: 80 });

/** Whether `read` ends without a mistake of the user; anything else than one is a bug. */
function accepts(read: () => void): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    print(error.problems);
    return false;
  }
}

const ODD = [
  ...['null', 'true', '0', '-1', '1e400', '""', '[]', '{}', '[null]', '{a: null}', '&a', '*a'],
  ...['"__proto__"', '"constructor"', '"toString"', '!!binary aGk=', '"x"', '"\\u202e"', '.nan'],
];

const KNOWN = {
  sshHosts: [],
  ansible: null,
  namesUser: false,
  keys: [],
  agentKeys: [],
  root: 'passwordless',
  software: anySoftware(null),
  from: null,
  edit: false,
} as const;

const ANSWERS = {
  seeds: [
    'hosts: [web-01, ops@web-02:2222]\nuser: ops\nauth: agent\ntemplate: linux-host\nto: own\ncollect: [metrics, journal]\nmetrics_url: https://m.example.com/push\nlogs_url: https://l.example.com/push\nlabels: [env=prod]\ntrust: true\n',
    'hosts: "web-01"\ntemplate: minimal\ncheck: false\n',
  ],
  words: [
    ...ODD,
    'hosts',
    'template',
    'collect',
    'labels',
    'linux-host',
    'minimal',
    'own',
    'a: &a [*a]',
  ],
  lines: [
    'hosts: &a [*a]',
    '<<: *a',
    'x: &x { y: *x }',
    '__proto__: 1',
    '- a',
    '? [a]',
    'labels: {a: b}',
  ],
  between: [': ', ' ', ', '],
};

function readAnswers(text: string): boolean {
  return accepts(() => {
    const given = answersIn(text, 'answers.yaml');
    const answers: Record<string, Answer> = {};
    for (let asked = 0; asked < 100; asked += 1) {
      const question = nextQuestion(answers, KNOWN);
      if (!question) break;
      answers[question.id] = givenAnswer(question, given);
    }
    refuseUnused(
      given,
      questionsOf(answers, KNOWN).map(({ id }) => id),
    );
    additionsOf(answers, KNOWN);
  });
}

const DECLARATIONS = {
  seeds: readdirSync(join(REPOSITORY_ROOT, 'templates'))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(join(REPOSITORY_ROOT, 'templates', name), 'utf8')),
  words: [
    ...ODD,
    'summary',
    'parameters',
    'type',
    'meaning',
    'default',
    'oneOf',
    'when',
    'unless',
    'url',
    'list',
  ],
  lines: [
    'parameters: &a { x: *a }',
    '  constructor: { type: string, meaning: x }',
    '<<: *a',
    'summary: *nothing',
    '  ? [a]',
    '- x',
  ],
  between: [': ', ' ', ', '],
};

function readTemplateFile(text: string): boolean {
  const read = readDeclarations(text, 'x.yaml');
  if (!read.ok) print(read.problems);
  return read.ok;
}

const json = (value: unknown): string => JSON.stringify(value, null, 1);
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
const JSON_MATERIAL = {
  words: [
    ...ODD.filter((word) => parsed(word) !== undefined),
    '"code"',
    '"params"',
    '"hosts"',
    '"host.file"',
  ],
  lines: ['"__proto__": {},', '"x": 1,', '{', '},', '[', '],', 'null,'],
  between: [': ', ', '],
};

const target = targetOf({ config: 'logging { }\n' });
const PLAN = sealed({
  schema: 1,
  kind: 'alloyup.plan',
  version: '0.1.0',
  run: '20261123T101500Z-3f9a',
  createdAt: 1795435200000,
  inventory: { file: 'inventory.yaml', sha256: 'x' },
  adopt: false,
  hosts: { a: savedHost(planHost(target, factsOf(targetOf()), stocked(), optionsOf())) },
  left: [],
} as Parameters<typeof sealed>[0]);

function readPlan(text: string): boolean {
  const value = parsed(text);
  // with its seal, the plan is looked at
  const { sha256: _, ...rest } = Object(value) as Partial<SavedPlan>;
  const written = typeof value === 'object' && value ? json(sealed(rest as SavedPlan)) : text;
  const read = parseSavedPlan(written, 'plan.json', '0.1.0');
  if (!read.ok) print(read.problems);
  return read.ok;
}

const EVENTS = stamp([
  started('apply', 'a', 'b', 'c'),
  ...applied('a'),
  ...rolledBack('b'),
  ...unreachable('c'),
  { type: 'run.finished', exitCode: 1 },
]).map((event) => JSON.parse(ndjson(event)) as unknown);

function readLog(text: string): boolean {
  const value = parsed(text);
  const events = Array.isArray(value) ? value.map((one) => JSON.stringify(one)) : text.split('\n');
  const read = events.flatMap((line) => {
    const event = readSavedEvent(line);
    return 'where' in event ? [] : [event];
  });
  if (read[0]?.type !== 'run.started') return false;
  for (const format of ['text', 'json', 'junit'] as const) {
    const terminal = memoryTerminal();
    const printer = openPrinter(format, { verbose: true } as never, terminal as never);
    for (const event of read) printer.on(event);
    printer.end();
  }
  return read.length === events.length;
}

/** Every other document is still JSON. */
const mutatedJson =
  (seed: unknown) =>
  (random: () => number): string =>
    random() < 0.5
      ? json(mutateJson(seed, random))
      : mutate({ ...JSON_MATERIAL, seeds: [json(seed)] }, random);

/** Files that alloyup has written itself, or that a user writes beside an inventory. */
export const SAVED_SUBJECTS = {
  'answers files': { text: (random: () => number) => mutate(ANSWERS, random), read: readAnswers },
  'template files': {
    text: (random: () => number) => mutate(DECLARATIONS, random),
    read: readTemplateFile,
  },
  'saved plans': { text: mutatedJson(PLAN), read: readPlan },
  'run logs': { text: mutatedJson(EVENTS), read: readLog },
};
