import { describe, expect, test } from 'vitest';
import { graphChangesOf } from '../../src/engine/graph-changes.ts';
import { CONFIG_PATH } from '../../src/model/desired.ts';
import { Secret } from '../../src/model/secret.ts';
import { absent, factsOf, fileOf, targetOf } from '../builders.ts';

const text = (host: string, label: string): string =>
  `loki.write "${label}" { endpoint { url = "https://logs.example.com/${host}" } }\n`;

describe('what a plan does to components', () => {
  const changesOf = (before: string | null | Secret, after: string, name = 'web-01') => {
    const target = targetOf({ config: after }, { name });
    const file = before === null ? absent : fileOf(before);
    const facts = factsOf(target, {
      files: { ...factsOf(target).files, [CONFIG_PATH]: file },
    });
    return graphChangesOf(target, facts);
  };

  test('is told where a configuration is replaced', () => {
    expect(changesOf(text('web-01', 'a'), text('web-01', 'b'))).toMatchObject({
      renamed: [{ from: 'loki.write.a', to: 'loki.write.b' }],
    });
  });

  test.each([
    ['it stays', text('web-01', 'a')],
    ['there was none', null],
    ['there was an empty one', '\n'],
    ['it was a secret', new Secret('x')],
  ])('is nothing where %s', (_, before) => {
    expect(changesOf(before, text('web-01', 'a'))).toBeNull();
  });

  test('is told with the name of each host, where they differ in it alone', () => {
    const of = (host: string) =>
      changesOf(
        `loki.write "a" { endpoint { url = "https://${host}.example.com" } }\n`,
        `loki.write "a" { endpoint { url = "https://new-${host}.example.com" } }\n`,
        host,
      );
    for (const host of ['web-01', 'web-02'])
      expect(of(host)).toMatchObject({
        added: [`destination:new-${host}.example.com`],
        removed: [`destination:${host}.example.com`],
      });
  });
});
