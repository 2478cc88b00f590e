import { expect, test } from 'vitest';
import { type HostListFlags, isHostList, parseHostList } from '../../src/inventory/host-list.ts';
import { settingsOf } from '../../src/inventory/settings.ts';
import { withText } from '../../src/report/text-of.ts';

const list = (text: string, flags: HostListFlags = {}) => {
  const parsed = parseHostList(text, flags);
  if (!parsed.ok)
    return parsed.problems
      .map(withText)
      .map(({ at, message }) => `${at?.column ?? '-'}: ${message}`);
  return [...parsed.value.hosts.keys()].map((name) => settingsOf(parsed.value, name));
};
/** Name, user, address and port of each host. */
const reached = (text: string) =>
  list(text).map((one) =>
    typeof one === 'string' ? one : [one.name, one.ssh.user, one.ssh.address, one.ssh.port],
  );

test('a comma makes a list', () => {
  expect(['web-01,', 'web-01', 'inventory.yaml', '-'].map(isHostList)).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test.each([
  [
    'web-01,web-02,',
    [
      ['web-01', null, 'web-01', null],
      ['web-02', null, 'web-02', null],
    ],
  ],
  ['ops@web-01:2222,', [['web-01', 'ops', 'web-01', 2222]]],
  [
    '2001:db8::1,[2001:db8::2]:2222,root@[::1],',
    [
      ['2001:db8::1', null, '2001:db8::1', null],
      ['2001:db8::2', null, '2001:db8::2', 2222],
      ['::1', 'root', '::1', null],
    ],
  ],
  [
    'web-[01:02],',
    [
      ['web-01', null, 'web-01', null],
      ['web-02', null, 'web-02', null],
    ],
  ],
  [
    'ops@web-[1:2]:22,',
    [
      ['web-1', 'ops', 'web-1', 22],
      ['web-2', 'ops', 'web-2', 22],
    ],
  ],
  [
    '127.0.0.1:2201,127.0.0.1:2202',
    [
      ['127.0.0.1', null, '127.0.0.1', 2201],
      ['127.0.0.1-2202', null, '127.0.0.1', 2202],
    ],
  ],
])('%s', (text, expected) => {
  expect(reached(text)).toEqual(expected);
});

test.each([
  ['web-01,web-01,', ['8: the list names the host "web-01" twice']],
  ['web-01,@x,a:b,', ['8: "@x" is not a host', '11: "a:b" is not a host']],
  ['web-01,-oProxyCommand=x,', ['8: "-oProxyCommand=x" is not a valid host name']],
  ['web-01:99999,', ['1: hosts.web-01.ssh.port: the number must be at most 65535']],
  [',', ['1: the inventory has no hosts']],
])('%s is refused', (text, expected) => {
  expect(list(text)).toEqual(expected);
});

test('flags apply to every host', () => {
  const vars = [
    'url=http://a:b=c',
    'count=3',
    'on=true',
    'text="3"',
    'list=[a, b]',
    'version=1.2.3',
    'empty=',
  ];
  const [host] = list('a,b,', { user: 'root', identity: '~/k', template: './t.alloy', vars });
  expect(host).toMatchObject({
    ssh: { user: 'root', identity: ['~/k'] },
    sudo: { kind: 'none' },
    config: {
      template: './t.alloy',
      vars: {
        url: 'http://a:b=c',
        count: 3,
        on: true,
        text: '3',
        list: ['a', 'b'],
        version: '1.2.3',
        empty: '',
      },
    },
  });
});

test('a problem with a flag names the flag, and is a usage error', () => {
  const parsed = parseHostList('a,', {
    user: 'o p',
    template: '',
    vars: ['x', '2x=1', 'list=[{ a: null }]'],
  });
  expect(parsed.ok ? [] : parsed.problems.map(({ code, params }) => ({ code, params }))).toEqual([
    { code: 'usage', params: { reason: 'var-without-value', variable: 'x' } },
    ...[
      ['--user', { expected: 'user-name', written: 'o p' }],
      ['--template', { expected: 'template', written: '' }],
      ['--var 2x', { expected: 'template-variable', written: '2x' }],
      ['--var list.0.a', { expected: 'template-value', found: 'nothing', written: null }],
    ].map(([flag, mistake]) => ({
      code: 'usage',
      params: {
        reason: 'invalid-flag-value',
        flag,
        mistake: { reason: 'value', found: 'string', ...(mistake as object) },
      },
    })),
  ]);
});
