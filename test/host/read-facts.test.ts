import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFacts } from '../../src/host/facts.ts';
import { ToolError } from '../../src/model/problem.ts';

describe('readFacts', () => {
  test.each([undefined, null, '', [], {}, { v: '2' }, { v: 1 }])('refuses %j', (value) => {
    expect(() => readFacts('h', value)).toThrow(ToolError);
  });

  test('gives facts or host.probe for any JSON', () => {
    const keys = [
      'dpkg',
      'apt',
      'own',
      'unit',
      'http',
      'files',
      'directories',
      'process',
      'lock',
      'free',
    ];
    expect(readFacts('h', { v: '1', now: '1' }).takenAt).toBe(1);
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.jsonValue(), (key, value) => {
        try {
          readFacts('h', { v: '1', [key]: value });
        } catch (error) {
          expect(error).toBeInstanceOf(ToolError);
          expect((error as ToolError).problem.code).toBe('host.probe');
        }
      }),
    );
  });
});
