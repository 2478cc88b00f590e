import { expect, test } from 'vitest';
import { hostChanges } from '../../src/graph/host-changes.ts';
import { targetOf } from '../builders.ts';

test('what a configuration does to components is told', () => {
  const text = (label: string): string =>
    `loki.write "${label}" { endpoint { url = "https://logs.example.com/web-01" } }\n`;
  expect(hostChanges(targetOf({ config: text('b') }, { name: 'web-01' }), text('a'))).toMatchObject(
    { renamed: [{ from: 'loki.write.a', to: 'loki.write.b' }] },
  );
});

test('it is told with the name of each host, where they differ in it alone', () => {
  const text = (url: string): string => `loki.write "a" { endpoint { url = "${url}" } }\n`;
  const changesOf = (name: string) =>
    hostChanges(
      targetOf({ config: text(`https://new-${name}.example.com`) }, { name }),
      text(`https://${name}.example.com`),
    );
  for (const host of ['web-01', 'web-02'])
    expect(changesOf(host)).toMatchObject({
      added: [`destination:new-${host}.example.com`],
      removed: [`destination:${host}.example.com`],
    });
});
