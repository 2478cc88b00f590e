import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeTable, type RawVersion } from '../../scripts/make-component-table.ts';
import { describeUnless, MISSING } from '../missing.ts';

const tool = fileURLToPath(new URL('../../tools/alloy-facts', import.meta.url));

const SOURCE: Readonly<Record<string, string>> = {
  'go.mod': 'module github.com/grafana/alloy\n\ngo 1.24\n',
  'internal/component/all/all.go':
    'package all\n\nimport _ "github.com/grafana/alloy/internal/component/demo"\n',
  'internal/component/demo/demo.go': `package demo

import (
	"time"

	"github.com/grafana/alloy/internal/component"
	"github.com/grafana/alloy/internal/featuregate"
)

const name = "demo.source"

func init() {
	component.Register(component.Registration{
		Name:      name,
		Stability: featuregate.StabilityPublicPreview,
		Args:      Arguments{},
		Exports:   Exports{},
	})
}

type Arguments struct {
	Targets  []string      \`alloy:"targets,attr"\`
	Interval time.Duration \`alloy:"interval,attr,optional"\`
	Client   *Client       \`alloy:"client,block,optional"\`
	Rules    []Rule        \`alloy:"rule,block"\`
	Limits   Limits        \`alloy:",squash"\`
}

type Limits struct {
	Most int \`alloy:"most,attr,optional"\`
}

type Client struct {
	URL   string \`alloy:"url,attr"\`
	HTTP2 bool   \`alloy:"http2,attr,optional"\`
}

func (c *Client) SetToDefault() { *c = Client{HTTP2: true} }

type Rule struct {
	Name string \`alloy:",label"\`
	Keep *bool  \`alloy:"keep,attr,optional"\`
}

const second = 1000 * time.Millisecond

var defaults = Arguments{Interval: 90 * second}

func (a *Arguments) SetToDefault() {
	*a = defaults
	a.Limits.Most = 1 << 4
}

type Exports struct {
	Output []string \`alloy:"output,attr"\`
}
`,
};

describeUnless(MISSING.go)('the facts that are read from source', () => {
  const folder = mkdtempSync(join(tmpdir(), 'alloyup-facts-'));
  beforeAll(async () => {
    await execa('go', ['build', '-o', join(folder, 'extract'), '.'], { cwd: tool });
    for (const [path, text] of Object.entries(SOURCE)) {
      mkdirSync(join(folder, 'source', dirname(path)), { recursive: true });
      writeFileSync(join(folder, 'source', path), text);
    }
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  test('names, types, flags and defaults, and the table takes them', async () => {
    const out = join(folder, 'v9.1.0.json');
    const source = join(folder, 'source');
    await execa(join(folder, 'extract'), [
      ...['-root', source, '-version', 'v9.1.0', '-commit', 'abc', '-out', out],
    ]);
    const facts = JSON.parse(readFileSync(out, 'utf8')) as RawVersion;
    expect(facts.components).toEqual({
      'demo.source': {
        stability: 'public-preview',
        attributes: {
          interval: { type: 'duration', default: '1m30s' },
          most: { type: 'number', default: 16 },
          targets: { type: 'list(string)', required: true },
        },
        blocks: {
          client: {
            attributes: {
              http2: { type: 'bool', default: true },
              url: { type: 'string', required: true },
            },
          },
          rule: {
            required: true,
            repeated: true,
            label: true,
            attributes: { keep: { type: 'bool', nullable: true } },
          },
        },
        exports: { output: { type: 'list(string)' } },
      },
    });
    expect(makeTable([['9.1', facts]])).toContain('\ndemo.source|p|output:list(string)|');
  });

  test('the program is formatted and vetted', async () => {
    expect((await execa('gofmt', ['-l', '.'], { cwd: tool })).stdout).toBe('');
    await execa('go', ['vet', '.'], { cwd: tool });
  });
});
