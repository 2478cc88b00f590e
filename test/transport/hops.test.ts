import { expect, test } from 'vitest';
import type { Host } from '../../src/model/host.ts';
import { routeTo } from '../../src/transport/hops.ts';
import { unsupported } from '../../src/transport/problems.ts';
import { defaultSettings, type SshSettings } from '../../src/transport/ssh-config.ts';
import { hostAt, problemOf } from './fixtures.ts';

const user = { home: '/home/ops', name: 'ops' };

/** Routes with these settings in ~/.ssh/config; also records what was looked up. */
async function route(
  over: Partial<Host>,
  configured: Readonly<Record<string, Partial<SshSettings>>> = {},
  agent: string | null = '/run/agent',
) {
  const asked: unknown[] = [];
  const config = {
    async settings(address: string, port: number | null, login: string | null) {
      asked.push([address, port, login]);
      return { ...defaultSettings(address, port, user), ...configured[address] };
    },
    hashesNames: async () => false,
  };
  const host: Host = { ...hostAt(22), address: 'web', port: null, ...over };
  return { ...(await routeTo(host, config, user, agent)), asked };
}

test('a host without settings: the defaults of ssh', async () => {
  const { hops, opensshOnly, asked } = await route({});
  expect(asked).toEqual([['web', null, null]]);
  expect(opensshOnly).toBeNull();
  expect(hops).toEqual([
    {
      endpoint: { user: 'ops', host: 'web', port: 22 },
      alias: 'web',
      settings: defaultSettings('web', null, user),
      identities: {
        files: ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => `/home/ops/.ssh/${name}`),
        source: 'default',
        allAgentKeys: true,
        agent: '/run/agent',
      },
      hostKeys: 'strict',
      pin: null,
    },
  ]);
});

test('the inventory wins over ~/.ssh/config, which wins over the local user', async () => {
  const configured = { web: { hostname: '10.0.0.1', user: 'deploy', port: 2222 } };
  const endpoint = async (over: Partial<Host>) =>
    (await route(over, configured)).hops.at(-1)!.endpoint;
  expect(await endpoint({})).toEqual({ user: 'deploy', host: '10.0.0.1', port: 2222 });
  expect(await endpoint({ user: 'root' })).toMatchObject({ user: 'root' });
  expect((await route({ user: 'root', port: 2200 })).asked).toEqual([['web', 2200, 'root']]);
});

test('keys of the inventory are used alone', async () => {
  const configured = { web: { identities: ['/k/config'] } };
  const identities = async (over: Partial<Host>, settings: Partial<SshSettings> = {}) =>
    (await route(over, { web: { ...configured.web, ...settings } })).hops[0]!.identities;
  expect(await identities({ identity: ['~/.ssh/a', '/k/~/b'] })).toEqual({
    files: ['/home/ops/.ssh/a', '/k/~/b'],
    source: 'inventory',
    allAgentKeys: false,
    agent: '/run/agent',
  });
  expect(await identities({})).toEqual({
    files: ['/k/config'],
    source: 'ssh-config',
    allAgentKeys: true,
    agent: '/run/agent',
  });
  expect(await identities({}, { identitiesOnly: true })).toMatchObject({ allAgentKeys: false });
});

test('the agent is the one that ~/.ssh/config names, or none', async () => {
  const agentOf = async (agent: SshSettings['agent']) =>
    (await route({}, { web: { agent } })).hops[0]!.identities.agent;
  expect(await agentOf(undefined)).toBe('/run/agent');
  expect(await agentOf('/run/other')).toBe('/run/other');
  expect(await agentOf(null)).toBeNull();
});

test('a pin and a host-key policy: the pin is the host’s alone', async () => {
  const { hops } = await route({
    jump: ['bastion'],
    hostKey: 'SHA256:pinned',
    hostKeys: 'accept-new',
  });
  expect(hops.map(({ alias, pin, hostKeys }) => [alias, pin, hostKeys])).toEqual([
    ['bastion', null, 'accept-new'],
    ['web', 'SHA256:pinned', 'accept-new'],
  ]);
});

test('jump hosts of the inventory replace those of ~/.ssh/config', async () => {
  const configured = { web: { jump: ['c1', 'c2'] } };
  const aliases = async (over: Partial<Host>) =>
    (await route(over, configured)).hops.map(({ alias }) => alias);
  expect(await aliases({})).toEqual(['c1', 'c2', 'web']);
  expect(await aliases({ jump: ['b1', 'b2'] })).toEqual(['b1', 'b2', 'web']);
});

test('the user of a jump host: its own, then ~/.ssh/config’s, then the host’s, then the local one', async () => {
  const users = async (over: Partial<Host>, jumpUser: string | null) => {
    const { hops, asked } = await route(over, { bastion: { user: jumpUser } });
    return [hops[0]!.endpoint.user, asked.at(-1)];
  };
  expect(await users({ jump: ['me@bastion:2200'] }, 'conf')).toEqual([
    'me',
    ['bastion', 2200, 'me'],
  ]);
  expect(await users({ jump: ['bastion'], user: 'root' }, 'conf')).toEqual([
    'conf',
    ['bastion', null, null],
  ]);
  expect((await users({ jump: ['bastion'], user: 'root' }, null))[0]).toBe('root');
  expect((await users({ jump: ['bastion'] }, null))[0]).toBe('ops');
});

test('a jump host takes the keys that the inventory names for the host', async () => {
  const { hops } = await route({ jump: ['bastion'], identity: ['/k/a'] });
  expect(hops.map(({ identities }) => identities.files)).toEqual([['/k/a'], ['/k/a']]);
});

test('the first jump host may have jump hosts of its own; those of the second do not count', async () => {
  const { hops } = await route(
    { jump: ['b1', 'b2'] },
    { b1: { jump: ['outer'] }, b2: { jump: ['ignored'] } },
  );
  expect(hops.map(({ alias }) => alias)).toEqual(['outer', 'b1', 'b2', 'web']);
});

test('a jump host that cannot be read, or leads to itself, is refused', async () => {
  expect(await problemOf(route({ jump: ['bastion:x'] }))).toEqual(
    unsupported({ reason: 'bad-jump-host', text: 'bastion:x' }),
  );
  expect(await problemOf(route({ jump: ['b'] }, { b: { jump: ['b'] } }))).toEqual(
    unsupported({ reason: 'bad-jump-host', text: 'b' }),
  );
  const nested = Object.fromEntries(
    Array.from({ length: 9 }, (_, i) => [`b${i}`, { jump: i < 8 ? [`b${i + 1}`] : [] }]),
  );
  expect((await route({ jump: ['b0'] }, nested)).hops).toHaveLength(10);
});

test('settings that only OpenSSH can follow', async () => {
  const proxy = { opensshOnly: { always: ['ProxyCommand nc'], forLogin: [] } };
  const certificate = { opensshOnly: { always: [], forLogin: ['CertificateFile c'] } };
  const only = async (over: Partial<Host>, settings: Record<string, Partial<SshSettings>>) =>
    (await route(over, settings)).opensshOnly;
  expect(await only({}, { web: proxy })).toBe('ProxyCommand nc in ~/.ssh/config');
  expect(await only({ jump: ['b'] }, { b: proxy })).toBe('ProxyCommand nc in ~/.ssh/config');
  expect(await only({ jump: ['b'] }, { web: proxy })).toBeNull();
  for (const name of ['b', 'web'])
    expect(await only({ jump: ['b'] }, { [name]: certificate })).toBe(
      'CertificateFile c in ~/.ssh/config',
    );
  expect(await only({ identity: ['/k'] }, { web: certificate })).toBeNull();
});
