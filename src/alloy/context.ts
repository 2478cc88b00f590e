import type { AlloyContext, ContextScanner } from '../model/alloy-context.ts';
import { isDecimal, isLetter, isNamePart } from './characters.ts';

/** What the characters read last belong to. */
type Mode =
  | 'code'
  | 'name'
  | 'number'
  /** A `.` that may begin a number. */
  | 'dot'
  /** A `/` that may begin a comment. */
  | 'slash'
  | 'string'
  | 'raw'
  | 'line-comment'
  | 'block-comment';

/** How far the statement has come. */
type Phase =
  /** Before its first token. */
  | 'start'
  /** In the name of a block or attribute. */
  | 'header'
  /** Behind a block's label. */
  | 'labelled'
  /** Behind `=`, or in what is no statement at all. */
  | 'value';

/**
 * Reads an Alloy text piece by piece, in pieces of any size, and says where its end is. Broken
 * text is no error: some answer is given, and the parser will say the rest.
 */
export function createContextScanner(): ContextScanner {
  let mode: Mode = 'code';
  let phase: Phase = 'start';
  /** The last token was a dot: a name must follow. */
  let dotted = false;
  /** The last token can end a statement. */
  let terminable = false;
  /** Brackets that are open: true for a block's body. */
  const open: boolean[] = [];
  /** The string being read is a label. */
  let label = false;
  /** The unit before, where the mode asks for it: a backslash, the * of a comment's end, the e of a number. */
  let before = 0;
  /** How far a number has come: 0 digits, 1 after the dot, 2 after the e. */
  let numberPart = 0;
  /** First half of a character that the last piece cut in two. */
  let half = 0;
  let first = true;

  const inBody = (): boolean => open.length === 0 || open[open.length - 1]!;

  function token(ends: boolean): void {
    if (phase === 'start') phase = 'value';
    terminable = ends;
    dotted = false;
  }

  function name(): void {
    if (phase === 'start') phase = 'header';
    else if (phase === 'header' && !dotted) phase = 'value';
    terminable = true;
    dotted = false;
    mode = 'name';
  }

  function lineBreak(): void {
    if (!terminable) return;
    terminable = false;
    if (inBody()) phase = 'start';
  }

  /** A character outside strings, comments, names and numbers. */
  function code(char: number): void {
    mode = 'code';
    switch (char) {
      case 32:
      case 9:
      case 13:
        return;
      case 10:
        lineBreak();
        return;
      case 34: // "
        label = phase === 'header' && inBody();
        if (label) phase = 'labelled';
        mode = 'string';
        before = 0;
        token(true);
        return;
      case 96: // `
        mode = 'raw';
        token(true);
        return;
      case 47: // /
        mode = 'slash';
        return;
      case 46: // .
        mode = 'dot';
        return;
      case 123: {
        // {
        const block = (phase === 'header' || phase === 'labelled') && inBody();
        open.push(block);
        token(false);
        phase = block ? 'start' : 'value';
        return;
      }
      case 40: // (
      case 91: // [
        open.push(false);
        token(false);
        phase = 'value';
        return;
      case 125: // }
      case 41: // )
      case 93: // ]
        open.pop();
        token(true);
        phase = 'value';
        return;
      case 61: // =
        token(false);
        phase = 'value';
        return;
    }
    if (isLetter(char)) {
      name();
      return;
    }
    if (isDecimal(char)) {
      mode = 'number';
      numberPart = 0;
      before = 0;
      token(true);
      return;
    }
    // a character that begins no token leaves the line's end as it was
    const operator = char < 128 && '!<>|&+-*%^,'.includes(String.fromCharCode(char));
    token(operator ? false : terminable);
    if (phase === 'header' || phase === 'labelled') phase = 'value';
  }

  function number(char: number): void {
    const last = before;
    before = char;
    if (isDecimal(char)) return;
    if (char === 46 && numberPart === 0) {
      numberPart = 1;
    } else if ((char | 32) === 101 && numberPart < 2) {
      numberPart = 2;
    } else if (!((char === 43 || char === 45) && (last | 32) === 101)) {
      code(char);
    }
  }

  function step(char: number): void {
    switch (mode) {
      case 'code':
        code(char);
        return;
      case 'name':
        if (!isNamePart(char)) code(char);
        return;
      case 'number':
        number(char);
        return;
      case 'dot':
        if (isDecimal(char)) {
          token(true);
          mode = 'number';
          numberPart = 1;
          before = char;
          return;
        }
        token(false);
        dotted = true;
        code(char);
        return;
      case 'slash':
        if (char === 47) mode = 'line-comment';
        else if (char === 42) {
          mode = 'block-comment';
          before = 0;
        } else {
          token(false);
          code(char);
        }
        return;
      case 'string':
        if (char === 10) code(char);
        else if (before === 92) before = 0;
        else if (char === 34) mode = 'code';
        else before = char;
        return;
      case 'raw':
        if (char === 96) mode = 'code';
        return;
      case 'line-comment':
        if (char === 10) code(char);
        return;
      case 'block-comment':
        if (char === 10) lineBreak();
        if (char === 47 && before === 42) mode = 'code';
        before = char;
    }
  }

  function context(): AlloyContext {
    switch (mode) {
      case 'string':
        return label ? 'label' : 'string';
      case 'raw':
        return 'raw-string';
      case 'line-comment':
      case 'block-comment':
        return 'comment';
      case 'name':
      case 'dot':
        return 'name';
      case 'code':
        return dotted || (phase === 'start' && inBody()) ? 'name' : 'value';
      default:
        return 'value';
    }
  }

  return {
    feed(text) {
      for (let i = 0; i < text.length; i++) {
        let char = text.charCodeAt(i);
        if (half !== 0 && char >= 0xdc00 && char < 0xe000) {
          char = (half - 0xd800) * 0x400 + (char - 0xdc00) + 0x10000;
          half = 0;
        } else if (char >= 0xd800 && char < 0xdc00) {
          half = char;
          continue;
        }
        if (!first || char !== 0xfeff) step(char);
        first = false;
      }
    },
    get context() {
      return context();
    },
  };
}
