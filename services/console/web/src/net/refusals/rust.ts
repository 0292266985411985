// A small reader of Rust, for the tests of the dictionary: where its strings stand.

/** A string of the Rust sources, and the calls, attributes and constants it stands in. */
export interface Literal {
  text: string;
  /** From the outside in, such as `fn:judge`, `invalid`, `tracing::warn!`. */
  within: string[];
  /** Which argument of the innermost call, from 0. */
  place: number;
  line: number;
}

interface Token {
  kind: "word" | "string" | "sign";
  text: string;
  line: number;
}

const SPACE = /\s+/y;
const LINE_COMMENT = /\/\/[^\n]*/y;
const RAW = /b?r(#*)"([\s\S]*?)"\1/y;
const STRING = /b?"((?:[^"\\]|\\[\s\S])*)"/y;
const LETTER = /b?'(?:[^'\\\n]|\\[^\n']+)'|b?'\\''/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const LIFETIME = /'[A-Za-z_][A-Za-z0-9_]*/y;

/** The strings of a file, without those of its tests. */
export function literalsOf(source: string): Literal[] {
  return new Reader(tokens(source)).read();
}

function tokens(source: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  let line = 1;
  const eat = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const hit = pattern.exec(source);
    if (hit) at += hit[0].length;
    return hit;
  };
  while (at < source.length) {
    const start = at;
    const startLine = line;
    let hit: RegExpExecArray | null;
    if (eat(SPACE) || eat(LINE_COMMENT)) {
      // Nothing that is said.
    } else if (source.startsWith("/*", at)) at = endOfComment(source, at);
    else if ((hit = eat(RAW))) found.push({ kind: "string", text: hit[2]!, line: startLine });
    else if ((hit = eat(STRING))) found.push({ kind: "string", text: unescaped(hit[1]!), line: startLine });
    else if (eat(LETTER) || eat(LIFETIME)) {
      // Neither is said.
    } else if ((hit = eat(WORD))) found.push({ kind: "word", text: hit[0], line: startLine });
    else found.push({ kind: "sign", text: source[at++]!, line: startLine });
    for (let i = start; i < at; i += 1) if (source[i] === "\n") line += 1;
  }
  return found;
}

function endOfComment(source: string, from: number): number {
  const end = source.indexOf("*/", from);
  return end < 0 ? source.length : end + 2;
}

function unescaped(text: string): string {
  return text.replace(/\\\n\s*/g, "").replace(/\\n/g, "\n").replace(/\\(["'\\])/g, "$1");
}

interface Frame {
  name: string;
  place: number;
  /** Left out with everything in it. */
  test: boolean;
}

class Reader {
  private readonly found: Literal[] = [];
  private readonly frames: Frame[] = [];
  private testNext = false;
  /** The constant that is being written, if one is. */
  private constant = "";

  constructor(private readonly all: Token[]) {}

  read(): Literal[] {
    this.all.forEach((token, i) => {
      if (token.kind === "string") this.literal(token);
      else if (token.kind === "word") this.word(token, i);
      else this.sign(token.text, i);
    });
    return this.found;
  }

  private literal({ text, line }: Token) {
    if (this.frames.some(({ test }) => test)) return;
    const within = [this.constant, ...this.frames.map(({ name }) => name)].filter((name) => name !== "");
    this.found.push({ text, within, place: this.frames.at(-1)?.place ?? 0, line });
  }

  private word({ text }: Token, i: number) {
    const next = this.all[i + 1];
    if ((text === "const" || text === "static") && next?.kind === "word") this.constant = `const:${next.text}`;
  }

  private sign(sign: string, i: number) {
    if ("([{".includes(sign)) this.open(sign, i);
    else if (")]}".includes(sign)) this.close(sign);
    else if (sign === ",") this.comma();
    else if (sign === ";") [this.constant, this.testNext] = ["", false];
  }

  private open(sign: string, i: number) {
    const name = nameBefore(this.all, i);
    if (sign === "[" && name === "#" && this.isTest(i)) this.testNext = true;
    this.frames.push({ name, place: 0, test: sign === "{" && this.testNext });
    if (sign === "{") this.testNext = false;
  }

  private close(sign: string) {
    this.frames.pop();
    if (sign === "}") this.constant = "";
  }

  private comma() {
    const frame = this.frames.at(-1);
    if (frame) frame.place += 1;
  }

  /** `#[test]`, `#[cfg(test)]` */
  private isTest(i: number): boolean {
    const [first, , third] = [1, 2, 3].map((place) => this.all[i + place]?.text);
    return first === "test" || (first === "cfg" && third === "test");
  }
}

/** What a bracket belongs to: `Status::invalid_argument`, `tracing::warn!`, `fn:judge`, `#` for an attribute, or nothing. */
function nameBefore(all: Token[], open: number): string {
  let i = open - 1;
  if (all[i]?.text === "#") return "#";
  let name = "";
  if (all[i]?.text === "!") {
    i -= 1;
    if (all[i]?.kind !== "word") return all[i]?.text === "#" ? "#" : "";
    name = "!";
  }
  for (let wordNext = true; i >= 0; i -= 1) {
    const { kind, text } = all[i]!;
    const fits = wordNext ? kind === "word" : text === ":";
    if (text === ":" && name.startsWith(":")) wordNext = true;
    else if (!fits) break;
    else wordNext = false;
    name = text + name;
  }
  return all[i]?.text === "fn" ? `fn:${name}` : name;
}
