import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from '../../src/alloy/parser.ts';
import { dot } from '../../src/graph/dot.ts';
import { type Graph, withNotes } from '../../src/graph/graph.ts';
import { graphPage } from '../../src/graph/html.ts';
import { createLayOut, type LayOut, type Rectangle } from '../../src/graph/layout.ts';
import { smallWidth } from '../../src/graph/measures.ts';
import { mermaid } from '../../src/graph/mermaid.ts';
import { readGraph } from '../../src/graph/read-graph.ts';
import { graphSvg } from '../../src/graph/svg.ts';
import { describeUnless, MISSING, recording } from '../missing.ts';
import { configOf, HOSTILE, tangled } from './generated.ts';
import { misplaced } from './geometry.ts';
import { corpusFiles, graphOf, readBytes } from './graph-of.ts';
import { liveExample } from './live-example.ts';

let layOut: LayOut;
beforeAll(async () => {
  layOut = await createLayOut();
});

const svgOf = (graph: Graph): string => graphSvg(layOut(graph), { styled: true, explained: true });

/** Whether every edge is drawn from its one end to the other. */
function expectDrawn(graph: Graph): void {
  const layout = layOut(graph);
  expect(misplaced(layout)).toEqual([]);
  const drawn = new Set(layout.lines.flatMap(({ of }) => of.map(({ id }) => id)));
  expect(graph.edges.filter(({ id }) => !drawn.has(id))).toEqual([]);
}

describe('where things are', () => {
  test.each([7, 60, 300])(
    '%i components: nothing overlaps, and no line goes through a box',
    (size) => {
      const graph = graphOf(configOf(size));
      expect(graph.nodes.length).toBeGreaterThanOrEqual(size);
      expectDrawn(graph);
    },
  );

  test('whatever components name each other', () => {
    fc.assert(
      fc.property(tangled, (text) => {
        expectDrawn(graphOf(text));
      }),
      { numRuns: 40, seed: 17 },
    );
  });

  test('closed frames are boxes, and what goes through them ends there', () => {
    const graph = graphOf(configOf(60));
    const closed = new Set(graph.frames.map(({ id }) => id));
    const layout = layOut(graph, closed);
    expect(misplaced(layout)).toEqual([]);
    expect(layout.frames.every((one) => one.closed)).toBe(true);
    expect(layout.nodes.every(({ of }) => of.frame === null)).toBe(true);
    expect(layout.width).toBeLessThan(layOut(graph).width);
  });

  test('data flows from left to right, to hosts at the right', () => {
    const layout = layOut(graphOf(configOf(60)));
    const right = Math.max(...layout.nodes.map(({ x, width }) => x + width));
    const hosts = layout.nodes.filter(({ of }) => of.kind === 'destination');
    expect(hosts).toHaveLength(3);
    for (const { x, width } of hosts) expect(x + width).toBe(right);
    const at = new Map(layout.nodes.map((one) => [one.of.id, one.x]));
    for (const { of } of layout.lines)
      for (const { from, to } of of)
        if (at.has(from) && at.has(to)) expect(at.get(from)!).toBeLessThan(at.get(to)!);
  });

  test('the same text gives the same picture', async () => {
    const graph = graphOf(configOf(60));
    const again = await createLayOut();
    expect(graphSvg(again(graph), { styled: true, explained: true })).toBe(svgOf(graph));
  });

  test('two thousand ends at one node', () => {
    const names = Array.from({ length: 2000 }, (_, i) => `loki.process.p${i}.receiver`);
    const nodes = names.map((_, i) => `loki.process "p${i}" { forward_to = [] }`);
    const graph = graphOf(
      `loki.source.api "a" { forward_to = [${names.join(', ')}] }\n${nodes.join('\n')}\n`,
    );
    const layout = layOut(graph);
    expect(layout.lines).toHaveLength(2000);
    expect(layout.nodes).toHaveLength(2001);
  });
});

describeUnless(MISSING.recordings)("upstream's own files", () => {
  const paths = MISSING.recordings === undefined ? corpusFiles(recording('corpus'), 12) : [];

  test('nothing overlaps, every edge is drawn, and the SVG is valid', () => {
    for (const path of paths) {
      const graph = readGraph([{ name: path, parsed: parse(readBytes(path)) }], {
        title: path,
        check: { stability: 'experimental', strict: false, check: null },
      });
      expectDrawn(graph);
      expect(XMLValidator.validate(svgOf(graph)), path).toBe(true);
    }
  });
});

describe('the SVG', () => {
  test('is valid, has a title, and no text is too small to read', () => {
    const svg = svgOf(graphOf(configOf(60)));
    expect(XMLValidator.validate(svg)).toBe(true);
    const { svg: root } = new XMLParser({ ignoreAttributes: false }).parse(svg);
    expect(root.title).toBe('Component graph of config.alloy');
    expect(root['@_aria-label']).toMatch(
      /^config\.alloy: \d+ components, \d+ connections, 3 destinations$/,
    );
    const sizes = [...svg.matchAll(/font-size:(\d+)px/g)].map(([, size]) => Number(size));
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(11);
    // every text has a class that gives it a size
    expect(svg.match(/<text(?! class="ag-|[^>]*text-anchor)[^>]*>/g) ?? []).toEqual(
      svg.match(/<text x="[^"]*" y="[^"]*">/g) ?? [],
    );
    expect(svg).not.toMatch(/style="|onload|href|<image|url\(/);
  });

  test('findings have a badge with their line', () => {
    const svg = svgOf(
      graphOf(
        'loki.write "w" { }\nloki.source.api "a" {\n\tforward_to = [loki.write.x.receiver]\n}\n',
      ),
    );
    expect(svg).toMatch(
      /ag-badge ag-error"><title>error, line 3: [^<]*<\/title><rect[^>]*\/><text[^>]*>✖ 3<\/text>/,
    );
  });

  test('notes are told by a sign and not by color alone', () => {
    const graph = graphOf(
      'loki.source.journal "j" { forward_to = [loki.write.w.receiver] }\nloki.write "w" { }\n',
    );
    const note = { tone: 'bad', text: '3/s refused', more: [] } as const;
    const svg = svgOf(
      withNotes(graph, {
        nodes: new Map([['loki.write.w', note]]),
        edges: new Map([['loki.source.journal.j -> loki.write.w logs', note]]),
      }),
    );
    expect(svg.match(/>✖ 3\/s refused</g)).toHaveLength(2);
  });

  test('what is said of an edge stands beside the boxes', () => {
    const layout = layOut(liveExample());
    const svg = graphSvg(layout, { styled: false, explained: false });
    const labels = [
      ...svg.matchAll(/<text class="ag-flow [^"]*" x="([\d.]+)" y="([\d.]+)">([^<]*)/g),
    ].map(([, x, y, text]) => ({ x: Number(x), y: Number(y), text: text! }));
    expect(labels.map(({ text }) => text)).toEqual([
      '80 samples/s',
      '80 samples/s',
      '5 lines/s',
      '4 lines/s',
      '80 samples/s',
      '✗ refused (401)',
      '80 samples/s lost',
      '4 lines/s',
    ]);
    for (const { x, y, text } of labels) {
      const half = smallWidth(text) / 2;
      const covers = (box: Rectangle): boolean =>
        box.x < x + half && box.x + box.width > x - half && box.y < y && box.y + box.height > y - 9;
      expect(layout.nodes.filter(covers).map(({ of }) => of.id)).toEqual([]);
      const other = labels.filter((one) => one.y === y && one.x !== x);
      for (const one of other)
        expect(Math.abs(one.x - x)).toBeGreaterThan(half + smallWidth(one.text) / 2);
    }
  });

  test('each signal has a line and an arrow of its own', () => {
    const svg = svgOf(graphOf(configOf(60)));
    const lines = new Map(
      [
        ...svg.matchAll(
          /<g class="ag-edge ag-(\w+) "[^>]*>(?:<title>[^<]*<\/title>)?<path class="ag-line" d="[^"]*"(?: stroke-dasharray="([^"]*)")?\/>/g,
        ),
      ].map(([, signal, dash]) => [signal, dash]),
    );
    expect([...lines.keys()].sort()).toEqual(['logs', 'metrics', 'targets', 'traces']);
    expect(new Set(lines.values()).size).toBe(4);
  });
});

/** Every element is one of these, none has a handler, and nothing invisible or endless is in it. */
function expectInert(markup: string, elements: readonly string[] | null): void {
  const found = new Set([...markup.matchAll(/<([a-z]\w*)/g)].map(([, name]) => name));
  if (elements) expect([...found].filter((name) => !elements.includes(name!))).toEqual([]);
  expect(
    [...found].filter((name) => /script|iframe|object|image|foreignObject/.test(name!)),
  ).toEqual([]);
  expect(/<[^>]* on\w+=[^>]*>/.exec(markup.replace(/"[^"]*"/g, '""'))?.[0]).toBeUndefined();
  expect(/[\u202e\u0000\u0007\u001b]/.exec(markup)?.[0]).toBeUndefined();
  expect(/x{201}/.exec(markup)?.[0]).toBeUndefined();
}

describe('hostile names', () => {
  const graph = (): Graph => {
    const names = HOSTILE.map((name, i): Graph['nodes'][number] => ({
      id: name,
      kind: 'component',
      name,
      label: name,
      frame: i % 3 === 0 ? 'f' : null,
      runs: null,
      signals: ['logs'],
      at: { file: name, line: 1, column: 1 },
      findings: [
        {
          severity: 'error',
          code: name,
          message: name,
          hint: name,
          at: { file: name, line: 1, column: 1 },
        },
      ],
    }));
    return {
      schema: 1,
      title: HOSTILE.join(' '),
      alloy: '1.18',
      nodes: names,
      edges: HOSTILE.slice(1).map((name, i) => ({
        id: `e${i}`,
        from: HOSTILE[i]!,
        to: name,
        signal: 'logs',
        references: [{ text: name, argument: name, at: null }],
        note: { tone: 'bad', text: name, more: [name] },
      })),
      frames: [
        {
          id: 'f',
          kind: 'instance',
          name: HOSTILE[0]!,
          label: HOSTILE[1]!,
          frame: null,
          runs: null,
          signals: ['logs'],
          closed: null,
          components: 1,
          at: null,
          findings: [],
        },
      ],
      findings: [],
    };
  };

  test('are text in the SVG', () => {
    const svg = svgOf(graph());
    expect(XMLValidator.validate(svg)).toBe(true);
    expectInert(svg, ['svg', 'style', 'title', 'rect', 'g', 'path', 'text']);
    expect(svg.match(/<style>/g)).toHaveLength(1);
  });

  test('are text in the page, whose policy allows nothing but its own script and style', () => {
    const page = graphPage(graph(), layOut);
    expect(page.match(/<script>/g)).toHaveLength(1);
    expect(page.match(/<style>/g)).toHaveLength(1);
    expectInert(page.replace(/<script>[\s\S]*?<\/script>/, ''), null);
    expect(page).toMatch(
      /content="default-src 'none'; style-src 'sha256-[\w+/=]+'; script-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'"/,
    );
  });

  test('cannot end what they stand in, in Mermaid and dot', () => {
    for (const line of mermaid(graph()).split('\n')) {
      expect(line).not.toMatch(/<script|\u202e/);
      expect(line.split('"').length % 2).toBe(1);
    }
    for (const line of dot(graph()).split('\n'))
      expect(line.replace(/\\\\/g, '').replace(/\\"/g, '').split('"').length % 2, line).toBe(1);
  });
});
