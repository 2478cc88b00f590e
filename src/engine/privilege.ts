import type { Host, Sudo } from '../model/host.ts';
import type { Command } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';

/** What sudo asks with: known, so that an answer goes to sudo only, and only when it wants one. */
export const SUDO_PROMPT = 'alloyup: password: ';

/** `argv` as root. `-n` never asks; `-S` asks on stderr and reads one line of stdin. */
export function asRoot(sudo: Sudo, argv: Command): Command {
  switch (sudo.kind) {
    case 'none':
      return argv;
    case 'passwordless':
      return ['sudo', '-n', ...argv];
    case 'password':
      return ['sudo', '-S', '-p', SUDO_PROMPT, ...argv];
  }
}

/**
 * Why sudo did not let us in, by its own words (sudo 1.9 and sudo-rs, recorded on Debian 11 to 13);
 * undefined when it is not sudo that speaks.
 */
export function sudoProblem(host: Host, stderr: string): Problem | undefined {
  const user = host.user ?? 'the login user';
  const rule = `${user} ALL=(ALL) NOPASSWD: ALL`;
  const problem = (
    code: 'sudo.refused' | 'sudo.password',
    what: string,
    hint: string,
  ): Problem => ({
    code,
    message: `${host.name}: ${what}`,
    hint,
    detail: stderr
      .replaceAll(SUDO_PROMPT, '')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-3)
      .join('\n'),
  });
  if (
    /password (has )?expired|account or password is expired|change your password|new password/i.test(
      stderr,
    )
  )
    return problem(
      'sudo.refused',
      `the password of ${user} has expired`,
      `give the account a new one on ${host.address}: passwd ${user}`,
    );
  if (/account validation failure|account (has )?expired/i.test(stderr))
    return problem(
      'sudo.refused',
      `the account of ${user} has expired`,
      `see when on ${host.address}: chage -l ${user}; lift it: chage -E -1 ${user}`,
    );
  if (/a password is required|interactive authentication is required/i.test(stderr))
    return problem(
      'sudo.password',
      `sudo wants a password of ${user}`,
      `give it with -K (or sudo: { password: ... } in the inventory), or allow it without, in /etc/sudoers.d/: ${rule}`,
    );
  if (/incorrect password|no password was provided|try again/i.test(stderr))
    return problem(
      'sudo.password',
      `sudo did not take the password of ${user}`,
      'type it again, or correct the secret',
    );
  if (
    /not in the sudoers|not allowed to execute|I'm afraid I can't do that|may not run sudo/i.test(
      stderr,
    )
  )
    return problem(
      'sudo.refused',
      `${user} may not use sudo`,
      `add a line to /etc/sudoers.d/ on ${host.address}: ${rule}`,
    );
  if (/must have a tty/i.test(stderr))
    return problem(
      'sudo.refused',
      'sudo wants a terminal (requiretty)',
      `add a line to /etc/sudoers.d/ on ${host.address}: Defaults:${user} !requiretty`,
    );
  if (/sudo: (command )?not found|sudo: No such file/i.test(stderr))
    return problem(
      'sudo.refused',
      'there is no sudo',
      'install sudo, or log in as root with sudo: none',
    );
  return undefined;
}
