import type { ConnectionProblems } from '../../src/model/problems/connection-problems.ts';
import type { Catalogue } from './catalogue.ts';

const endpoint = 'ops@web-01.example.com';
const where = { address: 'web-01.example.com', port: 22 };
const key = {
  type: 'ed25519',
  fingerprint: 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU',
};
const known = {
  type: 'ed25519',
  fingerprint: 'SHA256:uNiVztksCsDhcc0u9e8BrnRJLIIyEYxFkHpRcDbUZ3s',
  file: '~/.ssh/known_hosts',
  line: 12,
};
const named = { name: 'web-01.example.com', ...key };
const account = { user: 'ops', address: 'web-01.example.com' };

export const connectionCatalogue: Catalogue<ConnectionProblems> = {
  'ssh.unreachable': {
    means: 'No SSH connection to the host, or to a jump host on the way, could be opened.',
    examples: {
      'unknown-name': where,
      'no-name-server': where,
      'connection-refused': where,
      'no-route': { ...where, said: 'EHOSTUNREACH' },
      'no-connection': { ...where, said: 'ECONNRESET' },
      dropped: { ...where, tries: 8 },
      'not-forwarded': { ...where, from: 'ops@bastion.example.com', said: 'Connection refused' },
      handshake: { ...where, endpoint, said: 'Connection reset' },
      proxy: { ...where, endpoint, said: 'gateway says no' },
    },
  },
  'ssh.auth': {
    means: 'The SSH server did not accept the login.',
    examples: {
      'no-key': { endpoint, files: ['id_ed25519', 'id_ecdsa', 'id_rsa'], agent: 'none' },
      'no-key-of-ssh': { endpoint },
      'unusable-key': { why: 'locked', file: '~/.ssh/id_ed25519', said: '' },
      refused: {
        endpoint,
        user: 'ops',
        offered: ['key ~/.ssh/id_ed25519'],
        methods: ['publickey'],
        unusable: [],
      },
      'second-factor': {
        endpoint,
        user: 'ops',
        accepted: 'key ~/.ssh/id_ed25519',
        methods: ['keyboard-interactive'],
      },
      'too-many-keys': { endpoint, offered: ['agent key SHA256:...', 'key ~/.ssh/id_rsa'] },
      ended: { endpoint, user: 'ops', said: 'Your account has expired' },
      'no-security-key': { endpoint },
    },
  },
  'ssh.host-key': {
    means:
      "The host's key is not trusted. alloyup never connects to a host whose key it cannot verify.",
    examples: {
      unknown: { ...named, trust: 'alloyup trust' },
      changed: { ...named, known },
      revoked: { ...named, file: known.file, line: known.line },
      'not-pinned': { name: named.name, pin: known.fingerprint, shown: [key] },
      distrusted: { address: where.address },
      'file-unreadable': { file: known.file, said: 'EACCES' },
      'file-unwritable': { file: known.file, said: 'EACCES' },
      'not-shown': { address: where.address, setting: 'ProxyCommand nc in ~/.ssh/config' },
    },
  },
  'ssh.timeout': {
    means: 'A login or a command did not finish in time, or the run was interrupted meanwhile.',
    examples: {
      login: { endpoint, port: 22, seconds: 10, stage: 'tcp', limit: '--connect-timeout' },
      'no-login': { endpoint, seconds: 30 },
      'login-interrupted': { endpoint },
      command: { endpoint, seconds: 60, limit: '--timeout' },
      'command-interrupted': { endpoint },
    },
  },
  'ssh.lost': {
    means:
      'A connection that was established broke off. Whatever had been started on the host by then continues without it.',
    examples: {
      dropped: { endpoint, said: 'the host stopped answering' },
      'nothing-started': {},
    },
  },
  'ssh.unsupported': {
    means: 'The SSH client of this machine, or its configuration, cannot make this connection.',
    examples: {
      'openssh-required': {
        feature: 'ProxyCommand nc %h %p in ~/.ssh/config',
        refused: [],
      },
      'no-common-algorithm': { endpoint, address: where.address },
      'bad-configuration': { address: where.address },
      'unread-configuration': { address: where.address },
      'bad-jump-host': { text: 'bastion:x' },
      'no-ssh-command': {},
      'old-ssh-command': { name: 'web-01', needed: 8.5 },
    },
  },
  'ssh.shell': {
    means: 'The login worked, but its shell did not run a command. Nothing was sent to it.',
    examples: {
      nologin: account,
      'git-shell': account,
      'sftp-only': account,
      ended: { ...account, exit: '0' },
      silent: { ...account, seconds: 15 },
    },
  },
  'sudo.refused': {
    means: 'The login worked, but it cannot become root.',
    examples: {
      'password-expired': account,
      'account-expired': account,
      'not-allowed': account,
      'needs-tty': account,
      'no-sudo': account,
      doas: account,
      'not-setuid': account,
      'no-new-privileges': account,
      'bad-sudoers': account,
      'cannot-log': account,
      pam: account,
      'not-root': {},
      failed: { address: where.address, exit: 1 },
    },
  },
  'sudo.password': {
    means: 'sudo asks for a password, and there is none, or it is wrong.',
    examples: { 'password-required': account, 'password-refused': { ...account, whose: 'root' } },
  },
};
