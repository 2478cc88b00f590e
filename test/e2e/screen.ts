import { execFileSync } from 'node:child_process';
import { expect } from 'vitest';
import { controllerEnv, inWorld } from '../../lab/controller.ts';
import type { Lab } from '../../lab/lab.ts';

/** A real terminal in the lab, of 80 columns. */
export class Screen {
  readonly #socket: string;

  constructor(lab: Lab, folder: string, { rows = 40 } = {}) {
    this.#socket = `alloyup-${lab.name}-${process.pid}`;
    const variables = { ...controllerEnv(lab.name), PS1: '$ ', TERM: 'screen' };
    // none of the test runner's environment: with CI set, nothing is prompted for
    const home = `env -i ${Object.entries(variables)
      .map(([name, value]) => `${name}="${value}"`)
      .join(' ')}`;
    const command = inWorld(lab.name, ['sh', '-c', `cd ${folder} && exec ${home} bash --norc`]);
    const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', '80', '-y', `${rows}`, quoted);
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-L', this.#socket, ...args], { encoding: 'utf8' });
  }

  get text(): string {
    return this.#tmux('capture-pane', '-p', '-S', '-300');
  }

  /** Without what has scrolled away. */
  get visible(): string {
    return this.#tmux('capture-pane', '-p');
  }

  press(key: string): void {
    this.#tmux('send-keys', key);
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`);
  }

  /** The last question or shell prompt and everything below it. */
  get open(): string {
    const lines = this.text.trimEnd().split('\n');
    return lines
      .slice(lines.findLastIndex((line) => /^(\? |\$|exit=|Next:)/.test(line)))
      .join('\n');
  }

  /** Waits until the current question matches `seen`, then presses `keys`. */
  async answer(seen: RegExp, ...keys: readonly string[]): Promise<void> {
    await expect.poll(() => this.open, { timeout: 30_000, interval: 150 }).toMatch(seen);
    for (const key of keys) this.#tmux('send-keys', key);
  }

  /** The same for literal text, followed by Enter. */
  async type(seen: RegExp, text: string): Promise<void> {
    await this.answer(seen);
    this.#tmux('send-keys', '-l', text);
    this.#tmux('send-keys', 'Enter');
  }

  /** Clears the screen and the scrollback. */
  async clear(): Promise<void> {
    await this.answer(/^\$$/, 'C-l');
    const forgotten = () => {
      this.#tmux('clear-history');
      return this.text.trim();
    };
    await expect.poll(forgotten, { timeout: 30_000, interval: 150 }).toBe('$');
  }

  close(): void {
    try {
      this.#tmux('kill-server');
    } catch {
      // already ended
    }
  }
}
