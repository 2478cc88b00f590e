import { describe, expect, test } from 'vitest';
import { type LoginLog, readLoginLog, refusalIn } from '../../src/transport/openssh-log.ts';
import * as problems from '../../src/transport/problems.ts';

const endpoint = { user: 'ops', host: 'web', port: 2222 };
const read = (...lines: readonly string[]): LoginLog =>
  readLoginLog(lines.join('\r\n'), '/home/ops');
const refusal = (...lines: readonly string[]) => refusalIn(read(...lines), endpoint, 5000);
const ESTABLISHED = 'debug1: Connection established.';
const GREETED = 'debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1';

describe('a login log', () => {
  test('how far the login came', () => {
    expect(read().stage).toBe('tcp');
    expect(read('debug1: Connecting to web [10.0.0.1] port 22.').stage).toBe('tcp');
    for (const line of [
      ESTABLISHED,
      'debug1: Executing proxy command: exec nc web 22',
      'debug1: Local version string SSH-2.0-OpenSSH_9.2p1',
    ])
      expect(read(line).stage).toBe('greeting');
    expect(read(ESTABLISHED, GREETED).stage).toBe('login');
  });

  test.each([
    ['/home/ops/.ssh/id_ed25519 ED25519 SHA256:abc explicit', 'key ~/.ssh/id_ed25519'],
    ['/keys/ops RSA SHA256:abc', 'key /keys/ops'],
    ['/home/opsx/id RSA SHA256:abc', 'key /home/opsx/id'],
    ['/home/ops/.ssh/id ED25519-CERT SHA256:abc explicit', 'certificate ~/.ssh/id'],
    ['/home/ops/.ssh/id ED25519 SHA256:abc explicit agent', 'agent key ~/.ssh/id'],
    ['ops@laptop ED25519 SHA256:abc agent', 'agent key SHA256:abc (ops@laptop)'],
    ['a comment with blanks RSA SHA256:abc agent', 'agent key SHA256:abc (a comment with blanks)'],
    [' RSA SHA256:abc agent', 'agent key SHA256:abc'],
  ])('the key in %j', (rest, label) => {
    expect(read(`debug1: Offering public key: ${rest}`)).toMatchObject({
      offered: [label],
      by: null,
    });
    expect(read(`debug1: Server accepts key: ${rest}`)).toMatchObject({ offered: [], by: label });
  });

  test('the method that needed no key', () => {
    const line = (method: string) => `Authenticated to web ([10.0.0.1]:22) using "${method}".`;
    expect(read(line('none'))).toMatchObject({ by: 'none', said: [] });
    const key = 'debug1: Server accepts key: /k RSA SHA256:abc';
    expect(read(key, line('publickey')).by).toBe('key /k');
  });

  test('what the server would still take', () => {
    expect(read('ops@web: Permission denied (publickey,password).')).toMatchObject({
      methods: ['publickey', 'password'],
      said: ['ops@web: Permission denied (publickey,password).'],
    });
  });

  test('messages for people, without those for developers', () => {
    const log = read(
      'OpenSSH_9.2p1 Debian-2, OpenSSL 3.0',
      'debug1: x',
      'debug2: x',
      'debug3: x',
      '',
      '  ',
      'Warning: Permanently added web.  ',
      'no way through',
    );
    expect(log.said).toEqual(['Warning: Permanently added web.', 'no way through']);
  });
});

describe('a login that ended after the key was accepted', () => {
  const accepted = 'debug1: Server accepts key: /k ED25519 SHA256:abc explicit';
  const hungUp = 'Connection closed by 10.0.0.1 port 2222';

  test('with what pam_nologin says, which passes', () => {
    const legal = 'Authorized users only.';
    const said = [
      '"System is booting up. Unprivileged users are not permitted to log in yet. Please come back later. For technical details, see pam_nologin(8)."',
      'More.',
    ];
    expect(refusal(ESTABLISHED, GREETED, legal, accepted, ...said, hungUp)).toEqual({
      kind: 'problem',
      problem: problems.loginEnded(endpoint, said.join(' ')),
    });
    expect(problems.loginEnded(endpoint, said.join(' ')).transient).toBe(true);
    expect(problems.loginEnded(endpoint, 'Your account has expired').transient).toBeUndefined();
  });

  test('with nothing: what was said before is not the reason', () => {
    expect(refusal(ESTABLISHED, GREETED, 'Authorized users only.', accepted, hungUp)).toMatchObject(
      {
        problem: { code: 'ssh.unreachable', params: { reason: 'handshake', said: hungUp } },
      },
    );
  });

  test.each([
    // OpenSSH 8.4, and later ones
    'Authenticated with partial success.',
    'Authenticated using "publickey" with partial success.',
  ])('for want of a second factor: %s', (line) => {
    const denied = 'ops@web: Permission denied (keyboard-interactive).';
    expect(refusal(ESTABLISHED, GREETED, accepted, line, denied)).toEqual({
      kind: 'problem',
      problem: problems.secondFactor(endpoint, 'key /k', ['keyboard-interactive']),
    });
  });
});

describe('why ssh did not log in', () => {
  test.each([
    'Host key verification failed.',
    'No ED25519 host key is known for [web]:2222 and you have requested strict checking.',
    '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @',
  ])('the host key: %s', (line) => {
    expect(refusal(line, 'ops@web: Permission denied (publickey).')).toEqual({ kind: 'host-key' });
  });

  test('the keys', () => {
    const denied = 'ops@web: Permission denied (publickey).';
    expect(refusal(denied)).toEqual({ kind: 'keys', tooMany: false });
    expect(refusal('Received disconnect: 2: Too many authentication failures', denied)).toEqual({
      kind: 'keys',
      tooMany: true,
    });
  });

  test.each([
    'sign_and_send_pubkey: signing failed for ED25519-SK "/k": device not found',
    'sign_and_send_pubkey: signing failed: requires a FIDO authenticator',
  ])('the security key: %s', (line) => {
    expect(refusal(line, 'ops@web: Permission denied (publickey).')).toEqual({
      kind: 'problem',
      problem: {
        ...problems.authProblem({ reason: 'no-security-key', endpoint: 'ops@web:2222' }),
        detail: `${line}\nops@web: Permission denied (publickey).`,
      },
    });
    const agent = 'sign_and_send_pubkey: signing failed for RSA "/k": agent refused operation';
    expect(refusal(agent, 'ops@web: Permission denied (publickey).').kind).toBe('keys');
    expect(refusal('device not found', 'x: Permission denied (publickey).').kind).toBe('keys');
  });

  test.each([
    ['ssh: Could not resolve hostname web: Name or service not known', 'ENOTFOUND'],
    ['ssh: Could not resolve hostname web: Temporary failure in name resolution', 'EAI_AGAIN'],
    ['ssh: connect to host web port 2222: Connection refused', 'ECONNREFUSED'],
    ['ssh: connect to host web port 2222: No route to host', 'EHOSTUNREACH'],
    ['ssh: connect to host web port 2222: Network is unreachable', 'ENETUNREACH'],
  ])('%s', (line, code) => {
    const problem = problems.noConnection(endpoint, { code, message: '' });
    expect(refusal(line)).toEqual({ kind: 'problem', problem });
  });

  test('the time, by how far it came', () => {
    for (const word of ['Connection', 'Operation'])
      expect(refusal(`ssh: connect to host web port 2222: ${word} timed out`)).toEqual({
        kind: 'problem',
        problem: problems.tooSlow(endpoint, 'tcp', 5000),
      });
    expect(refusal(ESTABLISHED, 'Connection timed out during banner exchange')).toEqual({
      kind: 'problem',
      problem: problems.tooSlow(endpoint, 'greeting', 5000),
    });
  });

  test.each([
    '/home/ops/.ssh/config: line 3: Bad configuration option: portt',
    '/home/ops/.ssh/config: terminating, 1 bad configuration options',
    'Bad owner or permissions on /home/ops/.ssh/config',
    '/home/ops/.ssh/config line 2: Unsupported option "x"',
    '/home/ops/.ssh/config line 2: missing argument.',
    'Could not open user configuration file',
  ])('the configuration: %s', (line) => {
    expect(refusal(line)).toEqual({
      kind: 'problem',
      problem: {
        ...problems.unsupported({ reason: 'bad-configuration', address: 'web' }),
        detail: line,
      },
    });
    expect(refusal(ESTABLISHED, GREETED, line)).not.toMatchObject({
      problem: { code: 'ssh.unsupported' },
    });
  });

  test.each(['host key type', 'key exchange method', 'cipher', 'MAC'])('no common %s', (what) => {
    const line = `Unable to negotiate with 10.0.0.1 port 22: no matching ${what} found.`;
    expect(refusal(ESTABLISHED, GREETED, line)).toEqual({
      kind: 'problem',
      problem: {
        ...problems.unsupported({
          reason: 'no-common-algorithm',
          endpoint: 'ops@web:2222',
          address: 'web',
        }),
        detail: line,
      },
    });
  });

  test.each([
    'kex_exchange_identification: Connection closed by remote host',
    'ssh_exchange_identification: read: Connection reset by peer',
    'banner exchange: Connection to 10.0.0.1 port 22: invalid format',
    'Connection closed by 10.0.0.1 port 22',
    'Connection reset by 10.0.0.1 port 22',
    'Disconnected from 10.0.0.1 port 22',
    'ssh_dispatch_run_fatal: Connection to 10.0.0.1 port 22: Broken pipe',
  ])('the server hung up before its greeting: %s', (line) => {
    expect(refusal(ESTABLISHED, line)).toEqual({ kind: 'dropped' });
    expect(refusal(ESTABLISHED, GREETED, line).kind).toBe('problem');
  });

  test('a server that says why it drops connections is tried again', () => {
    for (const line of ['Not allowed at this time', 'Exceeded MaxStartups'])
      expect(refusal(ESTABLISHED, line)).toEqual({ kind: 'dropped' });
    expect(refusal(ESTABLISHED)).toEqual({ kind: 'dropped' });
  });

  test('a ProxyCommand says what went wrong', () => {
    const hungUp = 'Connection closed by UNKNOWN port 65535';
    expect(
      refusal('debug1: Executing proxy command: exec x', 'first', 'no way through. ', hungUp),
    ).toEqual({
      kind: 'problem',
      problem: {
        ...problems.handshakeFailed(endpoint, 'proxy', 'no way through.'),
        detail: `first\nno way through.\n${hungUp}`,
      },
    });
  });

  test.each([
    'Your account has expired; please contact your system administrator.',
    'Login is disabled for maintenance',
    'user ops is not allowed here',
  ])('the account: %s', (line) => {
    const said = ['Welcome', line, 'Connection closed by 10.0.0.1 port 22'];
    expect(refusal(ESTABLISHED, GREETED, ...said)).toEqual({
      kind: 'problem',
      problem: problems.loginEnded(endpoint, line),
    });
  });

  test('anything else is a handshake that failed, with the last lines', () => {
    const lines = ['1', '2', '3', '4', '5', 'it broke'];
    expect(refusal(ESTABLISHED, GREETED, ...lines)).toEqual({
      kind: 'problem',
      problem: {
        ...problems.handshakeFailed(endpoint, 'handshake', 'it broke'),
        detail: '2\n3\n4\n5\nit broke',
      },
    });
    expect(refusal(ESTABLISHED, GREETED)).toEqual({
      kind: 'problem',
      problem: problems.handshakeFailed(endpoint, 'handshake', 'ssh gave no reason'),
    });
  });
});
