import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FactsRequest } from '../../src/host/facts-request.ts';
import { MISSING, testUnless } from '../missing.ts';
import { PrefixHost } from './prefix.ts';

const rootTest = testUnless(MISSING.root);

let host: PrefixHost;
let server: Server | undefined;
beforeEach(async () => {
  host = await PrefixHost.create();
  chmodSync(host.root, 0o755);
  host.put(
    '/etc/passwd',
    `${host.read('/etc/passwd')}alloy:x:998:997::/var/lib/alloy:/bin/false\n`,
  );
  host.put(
    '/etc/group',
    `${host.read('/etc/group')}alloy:x:997:\napp:x:5000:\nlogs:x:5001:alloy\ndocker:x:5002:\n`,
  );
});
afterEach(() => {
  server?.close();
  server = undefined;
  host.remove();
});

const put = (path: string, mode: number, gid = 0): void => {
  host.put(path, 'x\n', mode);
  chownSync(host.at(path), 0, gid);
};
const close = (path: string, mode: number, gid = 0): void => {
  chmodSync(host.at(path), mode);
  chownSync(host.at(path), 0, gid);
};
const look = async (
  path: string,
  {
    exclude = [],
    groups = [],
  }: Partial<Pick<FactsRequest['reads'][number], 'exclude'>> & { groups?: string[] } = {},
) => (await host.facts({ reads: [{ path, exclude }], groups })).reads[path];
const ok = (files = 1) => ({ state: 'ok', files, denied: 0, barriers: [] });

describe('a path', () => {
  rootTest('that is there and readable', async () => {
    put('/var/log/app/a.log', 0o644);
    expect(await look('/var/log/app/a.log')).toEqual(ok());
    expect(await look('/var/log/app')).toEqual(ok());
  });

  rootTest('that is not there', async () => {
    expect(await look('/var/log/none/a.log')).toMatchObject({ state: 'absent' });
  });

  rootTest('below a directory that cannot be searched', async () => {
    put('/var/log/app/deep/a.log', 0o644);
    close('/var/log/app', 0o700);
    const barrier = {
      path: '/var/log/app',
      kind: 'directory',
      mode: '0700',
      user: 'root',
      group: 'root',
      refused: 'search',
    };
    expect(await look('/var/log/app/deep/a.log')).toEqual({
      state: 'denied',
      files: 1,
      denied: 1,
      barriers: [barrier],
    });
    // whether it is there cannot be seen either
    expect((await look('/var/log/app/deep/b.log'))?.state).toBe('denied');
  });

  rootTest(
    'of a group: the one that it is in, the one that the plan adds, and neither',
    async () => {
      put('/var/log/one.log', 0o640, 5001);
      put('/var/log/two.log', 0o640, 5000);
      expect(await look('/var/log/one.log')).toEqual(ok());
      expect(await look('/var/log/two.log')).toMatchObject({
        state: 'denied',
        barriers: [{ mode: '0640', group: 'app', refused: 'read' }],
      });
      expect(await look('/var/log/two.log', { groups: ['app'] })).toEqual(ok());
    },
  );

  rootTest('for a user that the package will make, with its groups', async () => {
    host.put('/etc/passwd', 'root:x:0:0::/root:/bin/sh\n');
    put('/var/log/adm.log', 0o640, 4);
    put('/var/log/root.log', 0o640, 0);
    expect(await look('/var/log/adm.log')).toEqual(ok());
    expect((await look('/var/log/root.log'))?.state).toBe('denied');
  });

  testUnless(MISSING.acl)('by an ACL', async () => {
    put('/var/log/acl.log', 0o600);
    execFileSync('setfacl', ['-m', 'u:998:r', host.at('/var/log/acl.log')]);
    expect(await look('/var/log/acl.log')).toEqual(ok());
  });

  rootTest('behind links, with what stands in the way there', async () => {
    put('/srv/closed/real.log', 0o644);
    close('/srv/closed', 0o750, 5000);
    mkdirSync(host.at('/var/log'), { recursive: true });
    symlinkSync('../../srv/closed/real.log', host.at('/var/log/link.log'));
    symlinkSync('/loop/x', host.at('/var/log/dangling'));
    expect(await look('/var/log/link.log')).toMatchObject({
      state: 'denied',
      barriers: [{ path: expect.stringMatching(/srv\/closed$/), mode: '0750', group: 'app' }],
    });
    expect((await look('/var/log/dangling'))?.state).toBe('absent');
  });

  rootTest('that is a socket, which has to be written to', async () => {
    mkdirSync(host.at('/srv/run'), { recursive: true });
    const path = '/srv/run/docker.sock';
    server = createServer().listen(host.at(path));
    await new Promise((resolve) => server!.once('listening', resolve));
    close(path, 0o660, 5002);
    expect(await look(path)).toMatchObject({
      state: 'denied',
      barriers: [{ kind: 'socket', mode: '0660', group: 'docker', refused: 'write' }],
    });
    expect(await look(path, { groups: ['docker'] })).toEqual(ok());
  });

  rootTest('that is a FIFO wakes nobody', async () => {
    mkdirSync(host.at('/srv'), { recursive: true });
    execFileSync('mkfifo', ['-m', '644', host.at('/srv/fifo')]);
    expect(await look('/srv/fifo')).toEqual(ok());
  });
});

describe('a pattern', () => {
  beforeEach(() => {
    put('/var/log/app/a.log', 0o644);
    put('/var/log/app/b.log', 0o600);
    put('/var/log/app/c.txt', 0o644);
    put('/var/log/app/deep/er/d.log', 0o644);
    put('/var/log/app/deep/e.log', 0o644);
  });

  rootTest('counts what matches, and what of that cannot be read', async () => {
    expect(await look('/var/log/app/*.log')).toMatchObject({
      state: 'denied',
      files: 2,
      denied: 1,
      barriers: [{ path: '/var/log/app/b.log', mode: '0600', refused: 'read' }],
    });
  });

  rootTest('leaves out what it is told to', async () => {
    expect(await look('/var/log/app/*.log', { exclude: ['/var/log/**/b.*'] })).toEqual(ok());
    expect(await look('/var/log/app/**/*.log', { exclude: ['/var/log/app/{b,e}.log'] })).toEqual(
      ok(3),
    );
  });

  test.for([
    ['/var/log/app/?.txt', 1],
    ['/var/log/app/[!ab].*', 1],
    ['/var/log/app/[a-a]*.log', 1],
    ['/var/log/**/*.txt', 1],
    ['/var/log/app/deep/**', 2],
    ['/var/log/app/{c.txt,deep/*.log}', 2],
    ['/var/*/app/deep/**/d.log', 1],
    ['/var/log/app/[c].t*t', 1],
    ['/var/log/app/\\c.txt', 1],
  ] as const)('%s', { skip: MISSING.root !== undefined }, async ([pattern, files]) => {
    expect(await look(pattern)).toEqual(ok(files));
  });

  rootTest('without a match, and in a directory that cannot be read', async () => {
    expect(await look('/var/log/app/*.json')).toMatchObject({ state: 'none', files: 0 });
    expect(await look('/var/log/nobody/*.log')).toMatchObject({ state: 'none', files: 0 });
    close('/var/log/app', 0o711);
    expect(await look('/var/log/app/*.log')).toMatchObject({
      state: 'denied',
      files: 0,
      denied: 0,
      barriers: [{ path: '/var/log/app', mode: '0711', refused: 'read' }],
    });
    close('/var/log/app', 0o700);
    expect(await look('/var/log/app/*/*.log')).toMatchObject({
      state: 'denied',
      barriers: [{ path: '/var/log/app', mode: '0700' }],
    });
  });

  rootTest('in a huge tree ends, and says that it does not know', async () => {
    for (let i = 0; i < 21; i += 1) {
      mkdirSync(host.at(`/srv/huge/${i}`), { recursive: true });
      for (let j = 0; j < 1000; j += 1) writeFileSync(host.at(`/srv/huge/${i}/${j}`), '');
    }
    expect(await look('/srv/huge/**/*.log')).toMatchObject({ state: 'unknown' });
  });

  rootTest('does not go in circles', async () => {
    symlinkSync('..', host.at('/var/log/app/deep/up'));
    expect(await look('/var/log/app/**/e.log')).toEqual(ok());
  });
});

test('nothing is asked where nothing is read', async () => {
  expect((await host.facts()).reads).toEqual({});
});
