import { expect, test } from 'vitest';
import { outermost, refusedReadable } from '../../src/model/readable.ts';

test.each([
  ...[
    '/etc',
    '/var',
    '/var/lib',
    '/usr',
    '/usr/share/app',
    '/home',
    '/srv',
    '/etc/ssh',
    '/etc/sudoers.d',
  ],
  ...['/etc/cron.d/x', '/lib64', '/var/lib/dpkg/status', '/boot/grub'],
])('%s belongs to the system', (path) => {
  expect(refusedReadable(path)).toBe('system');
});

test.each([
  '/root',
  '/root/.ssh',
  '/home/ops/.ssh/id_ed25519',
  '/etc/shadow',
  '/etc/gshadow-',
  '/var/log/private/app',
])('%s holds secrets', (path) => expect(refusedReadable(path)).toBe('secrets'));

test.each(['/proc/1', '/sys', '/dev/shm', '/run/app', '/var/run/app', '/tmp', '/var/tmp/x'])(
  '%s does not last',
  (path) => expect(refusedReadable(path)).toBe('volatile'),
);

test.each([
  ...['/var/log', '/var/log/app', '/srv/app/logs', '/opt/app', '/home/app/logs', '/logs'],
  ...['/etc/app/tls', '/etc/ssl/private/app.key', '/rooted', '/var/lib/app', '/etc/sshfs'],
])('%s may be read', (path) => expect(refusedReadable(path)).toBeUndefined());

test('what lies in another is left out', () => {
  expect(outermost(['/a', '/a/b', '/ab', '/a/b/c'])).toEqual(['/a', '/ab']);
});
