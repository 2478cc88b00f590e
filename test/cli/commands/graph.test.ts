import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { useAlloyup } from '../built.ts';

const { alloyup, put, path } = useAlloyup();
const schema = z.fromJSONSchema(
  JSON.parse(readFileSync(new URL('../../../schema/graph.schema.json', import.meta.url), 'utf8')),
);

const JOURNAL = `loki.source.journal "j" {
	forward_to = [loki.write.w.receiver]
}

loki.write "w" {
	endpoint {
		url = "https://bob:hunter2@logs.example.com/loki/api/v1/push"
	}
}
`;

describe('graph', () => {
  test('of a file, in each format', () => {
    put('a.alloy', JOURNAL);
    const json = alloyup(['graph', 'a.alloy', '--format', 'json']);
    expect([json.code, json.err]).toEqual([0, '']);
    const graph = JSON.parse(json.out);
    schema.parse(graph);
    expect(graph.edges.map(({ id }: { id: string }) => id)).toEqual([
      'loki.source.journal.j -> loki.write.w logs',
      'loki.write.w -> destination:logs.example.com logs',
    ]);
    const mermaid = alloyup(['graph', 'a.alloy', '--format', 'mermaid']).out;
    expect(mermaid).toContain('n0 -->|"logs"| n1');
    const dot = alloyup(['graph', 'a.alloy', '--format', 'dot']).out;
    expect(dot).toContain('n0 -> n1 [label="logs"');
    for (const text of [json.out, mermaid, dot]) expect(text).not.toMatch(/hunter2|bob/);
  });

  test('the name of the file says the format', () => {
    put('a.alloy', JOURNAL);
    expect(alloyup(['graph', 'a.alloy', '-o', 'a.dot'])).toEqual({ code: 0, out: '', err: '' });
    expect(readFileSync(path('a.dot'), 'utf8')).toMatch(/^digraph "a\.alloy" \{/);
  });

  test('of a host, with its fragments at the lines of their files', () => {
    put(
      'inventory.yaml',
      'hosts:\n  web-01:\n    config:\n      template: ./base.alloy\n      fragments: { journal: ./journal.alloy }\n',
    );
    put(
      'base.alloy',
      'loki.write "w" {\n\tendpoint { url = "https://logs.example.com/{{ host.name }}" }\n}\n',
    );
    put(
      'journal.alloy',
      '\n\nloki.source.journal "j" {\n\tforward_to = [loki.write.w.receiver]\n}\n',
    );
    const { code, out } = alloyup(['graph', 'web-01', '--format', 'json']);
    expect(code).toBe(0);
    const { title, nodes } = JSON.parse(out);
    expect(title).toBe('web-01');
    expect(
      nodes.map(({ id, at }: { id: string; at: { file: string; line: number } }) => [id, at.line]),
    ).toEqual([
      ['loki.write.w', 1],
      ['loki.source.journal.j', 3],
      ['destination:logs.example.com', 2],
    ]);
    expect(nodes[1].at.file).toBe('journal.alloy');
  });

  test('a host whose configuration is wrong is drawn all the same', () => {
    put('inventory.yaml', 'hosts:\n  web-01:\n    config: { template: ./base.alloy }\n');
    put('base.alloy', 'loki.source.journal "j" {\n\tforward_to = [loki.write.w.receiver]\n}\n');
    const { code, out } = alloyup(['graph', 'web-01', '--format', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(out).nodes.map(({ kind }: { kind: string }) => kind)).toEqual([
      'component',
      'missing',
    ]);
  });

  test('what cannot be drawn is said with exit code 64', () => {
    put('inventory.yaml', 'hosts:\n  web-01: {}\n');
    put('t.alloy', 'loki.write {{ label }} { }\n');
    expect(alloyup(['graph', 'web-02']).err).toContain('web-02');
    for (const args of [['web-02'], ['none.alloy'], ['t.alloy'], ['web-01', '--format', 'png']])
      expect(alloyup(['graph', ...args]).code, args.join(' ')).toBe(64);
  });
});
