import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';

export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  /** Wraps the shell's argument vector, e.g. to enter a lab. */
  readonly prefix?: (argv: readonly string[]) => readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** Separates two captures of the same moment. */
const BETWEEN = '=== the same, with broken lines joined ===';

/** The lines of a screen, with escape sequences for colors. */
export type ScreenLines = readonly string[];

/**
 * A real terminal, 80x24 by default, that runs a plain bash. It uses tmux with its own server.
 */
export class RecordedTerminal {
  readonly #server: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #columns: number;

  private constructor(server: string, env: Readonly<Record<string, string>>, columns: number) {
    this.#server = server;
    this.#columns = columns;
    this.#env = env;
  }

  /** @throws Error when there is no tmux */
  static async open(options: TerminalOptions): Promise<RecordedTerminal> {
    const { columns = 80, rows = 24, prefix = (argv) => argv, cwd } = options;
    const env = {
      ...options.env,
      LC_ALL: 'C.UTF-8',
      PS1: '$ ',
      PROMPT_COMMAND: 'tmux wait-for -S prompt',
    };
    const terminal = new RecordedTerminal(`alloyup-${process.pid}`, env, columns);
    const shell = prefix(['bash', '--norc', '--noprofile', '-i']);
    const size = ['-x', String(columns), '-y', String(rows)];
    const variables = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    await terminal.#tmux(
      ...['set-option', '-g', 'status', 'off', ';'],
      ...['set-option', '-g', 'history-limit', '5000', ';'],
      ...['set-option', '-g', 'default-terminal', 'tmux-256color', ';'],
      ...['new-session', '-d', ...size, ...variables, '-c', cwd, ...shell],
    );
    await terminal.#prompt(10);
    return terminal;
  }

  /** Types a command and waits for the next prompt. */
  async run(command: string, seconds = 60): Promise<void> {
    await this.type(`${command}\n`);
    await this.#prompt(seconds);
  }

  /** Waits until the command has ended and the shell prompts again. */
  async ended(seconds: number): Promise<void> {
    await this.#prompt(seconds);
  }

  /** Presses a key by its name in tmux: "Down", "C-c". */
  async press(key: string): Promise<void> {
    await this.#tmux('send-keys', key);
  }

  /** Lines that were wider than the screen and wrapped by it. */
  async broken(): Promise<ScreenLines> {
    const all = ['capture-pane', '-p', '-S', '-'];
    // in one call, because the screen may be changing
    const both = await this.#tmux(...all, ';', 'display-message', '-p', BETWEEN, ';', ...all, '-J');
    const [rows = [], lines = []] = both
      .split(`${BETWEEN}\n`)
      .map((text) => text.split('\n').map((line) => line.trimEnd()));
    const whole = new Set(rows);
    // some programs break lines themselves, anywhere; a line folded by alloyup is marked or indented
    const full = rows.filter(
      (row, i) => [...row].length >= this.#columns && /^[^\s…?✔]/.test(rows[i + 1] ?? ''),
    );
    return [...lines.filter((line) => !whole.has(line)), ...full];
  }

  async type(text: string): Promise<void> {
    for (const part of text.split(/(\n)/)) {
      // a trailing `;` would end tmux's own command
      const keys = part === '\n' ? ['Enter'] : ['-l', '--', part.replace(/;$/, '\\;')];
      if (part !== '') await this.#tmux('send-keys', ...keys);
    }
  }

  /** Presses Enter and yields the screen at each change until the next prompt. */
  async *watch(seconds: number): AsyncGenerator<ScreenLines> {
    let ended = false;
    const prompt = this.#prompt(seconds).finally(() => {
      ended = true;
    });
    await this.type('\n');
    while (!ended) {
      yield await this.screen();
      await sleep(60);
    }
    await prompt;
    yield await this.screen();
  }

  /** Clears the screen and the scrollback. */
  async clear(): Promise<void> {
    await this.run('clear');
    await this.#tmux('clear-history');
  }

  /** Waits until the screen shows `text`. */
  async shows(text: string, seconds: number): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    const words = (line: string): string => stripVTControlCharacters(line);
    while (!(await this.screen()).some((line) => words(line).includes(text))) {
      if (Date.now() > deadline) {
        const shown = (await this.screen()).map(words).join('\n').trimEnd();
        throw new Error(`the terminal never showed "${text}", but:\n${shown}`);
      }
      await sleep(100);
    }
  }

  /** The screen; with `all`, also the scrollback. */
  async screen(all = false): Promise<ScreenLines> {
    const text = await this.#tmux('capture-pane', '-e', '-p', ...(all ? ['-S', '-'] : []));
    return text.split('\n');
  }

  async close(): Promise<void> {
    await this.#tmux('kill-server').catch(() => undefined);
  }

  async #prompt(seconds: number): Promise<void> {
    await this.#tmuxWithin(seconds, 'wait-for', 'prompt');
    await sleep(100); // the shell signals its prompt just before printing it
  }

  #tmux(...args: string[]): Promise<string> {
    return this.#tmuxWithin(10, ...args);
  }

  async #tmuxWithin(seconds: number, ...args: string[]): Promise<string> {
    const { stdout } = await execa('tmux', ['-L', this.#server, '-f', '/dev/null', ...args], {
      env: { ...this.#env },
      timeout: seconds * 1000,
      stripFinalNewline: true,
    });
    return stdout;
  }
}
