import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkConfig } from '../../src/alloy/check/check.ts';
import { parse } from '../../src/alloy/parser.ts';
import { describeUnless, MISSING, recording } from '../missing.ts';

/** What a real Alloy said of a configuration, and where. */
interface Answer {
  readonly file: string;
  readonly validate: 'ok' | 'refused';
  readonly run: 'starts' | 'fails' | 'panics';
  /** Of the first finding of `alloy validate`. */
  readonly line: number | undefined;
}

const folder = recording('cases');

function answers(): readonly Answer[] {
  const [, ...rows] = readFileSync(`${folder}/cases.tsv`, 'utf8').trim().split('\n');
  return rows.map((row) => {
    const [file = '', validate, , run, said = ''] = row.split('\t');
    const line = /^Error: FILE:(\d+):/.exec(said)?.[1];
    return {
      file,
      validate: validate as Answer['validate'],
      run: run as Answer['run'],
      line: line === undefined ? undefined : Number(line),
    };
  });
}

const check = (file: string) =>
  checkConfig(parse(readFileSync(`${folder}/${file}`)), {
    stability: 'experimental',
    strict: false,
    check: null,
    communityComponents: true,
  }).filter(({ severity }) => severity !== 'note');

describeUnless(MISSING.recordings)('small configurations that a real Alloy was asked about', () => {
  const all = MISSING.recordings === undefined ? answers() : [];
  const late = all.filter(({ validate, run }) => validate === 'ok' && run !== 'starts');

  test.each(all.filter(({ validate }) => validate === 'refused'))(
    '$file: refused on line $line',
    ({ file, line }) => {
      expect(check(file).map((one) => one.line)).toContain(line);
    },
  );

  test.each(all.filter(({ run }) => run === 'starts'))('$file: starts', ({ file }) => {
    expect(check(file)).toEqual([]);
  });

  test.each(all.filter(({ run }) => run === 'panics'))('$file: panics', ({ file }) => {
    expect(check(file).map(({ severity }) => severity)).toContain('error');
  });

  test('9 in 10 of those that only fail when they start are found', () => {
    const missed = late.filter(({ file }) => check(file).length === 0).map(({ file }) => file);
    expect(late.length).toBeGreaterThan(30);
    expect(missed.length, missed.join(', ')).toBeLessThanOrEqual(late.length / 10);
  });
});
