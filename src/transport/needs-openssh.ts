import type { Problem } from '../model/problem.ts';
import { isWritten, ToolError } from '../model/problem.ts';

/**
 * The built-in client cannot log in there, and OpenSSH's own may. Leaves the transport only where the
 * inventory forces the built-in client; then it is `ssh.unsupported`.
 */
export class NeedsOpenssh extends ToolError {
  /** "ProxyCommand nc %h %p in ~/.ssh/config": for -v. */
  readonly why: string;
  /** The server was asked, and refused what the built-in client could offer. */
  readonly afterRefusal: boolean;

  /** `refused`: what the server said to all that the built-in client could offer. */
  constructor(name: string, why: string, refused?: Problem) {
    super({
      code: 'ssh.unsupported',
      message: `${refused && isWritten(refused) ? `${refused.message}; ` : ''}${name} needs OpenSSH's own client: ${why}`,
      hint: 'write ssh.transport: auto (or openssh) for it in the inventory',
    });
    this.name = 'NeedsOpenssh';
    this.why = why;
    this.afterRefusal = refused !== undefined;
  }
}
