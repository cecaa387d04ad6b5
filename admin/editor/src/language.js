// How a rule's text is coloured: word by word, from the tables that the server sends.
import { StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tagHighlighter, tags } from "@lezer/highlight";

const NAME = /^[\p{L}_][\p{L}\p{N}_]*/u;
const ORDINAL = /^\d+(st|nd|rd|th)(?![\p{L}\p{N}_])/iu;
const MARKS = {
  keyword: tags.keyword,
  operator: tags.logicOperator,
  constant: tags.bool,
  time: tags.unit,
  type: tags.typeName,
};

/** The language of rules; `words` are the keywords and others by their group. */
export function ruleLanguage(words) {
  const groups = new Map();
  for (const [group, members] of Object.entries(words)) {
    for (const word of members) if (!groups.has(word)) groups.set(word, group);
  }
  return StreamLanguage.define({
    name: "rule",
    startState: () => ({ quoted: false }),
    token(stream, state) {
      if (state.quoted) {
        state.quoted = !closed(stream);
        return "string";
      }
      if (stream.eatSpace()) return null;
      if (stream.match(/^#.*/)) return "comment";
      if (stream.match(/^["“]/)) {
        state.quoted = !closed(stream);
        return "string";
      }
      if (stream.match(/^`[^`]*`?/)) return "variableName";
      if (stream.match(/^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2})?/)) return "number";
      if (stream.match(/^\d{2}:\d{2}/) || stream.match(ORDINAL)) return "number";
      if (stream.match(/^\d+(\.\d+)?([xX](?![\p{L}\p{N}])|%)?/u)) return "number";
      const name = stream.match(NAME);
      if (name) return groups.get(name[0].toLowerCase()) ?? "variableName";
      if (stream.match(/^(>=|<=|!=|[<>=+\-*/])/)) return "comparator";
      stream.next();
      return null;
    },
    tokenTable: { ...MARKS, comparator: tags.compareOperator },
    languageData: {
      commentTokens: { line: "#" },
      closeBrackets: { brackets: ["(", '"', "`"] },
    },
  });
}

/** Read up to the closing quote; false where the text goes on in the next line. */
function closed(stream) {
  while (!stream.eol()) {
    const next = stream.next();
    if (next === "\\") stream.next();
    else if (next === '"' || next === "”") return true;
  }
  return false;
}

// The classes that the page's own style colours, as it does where rules stand to be read.
const colours = tagHighlighter([
  { tag: tags.keyword, class: "tok-keyword" },
  { tag: tags.logicOperator, class: "tok-operator" },
  { tag: tags.compareOperator, class: "tok-comparator" },
  { tag: tags.number, class: "tok-number" },
  { tag: tags.bool, class: "tok-constant" },
  { tag: tags.unit, class: "tok-time" },
  { tag: tags.typeName, class: "tok-type" },
  { tag: tags.string, class: "tok-string" },
  { tag: tags.comment, class: "tok-comment" },
  { tag: tags.variableName, class: "tok-name" },
]);

const look = EditorView.theme({
  "&": { fontSize: "14.5px", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    fontFamily: "var(--tblr-font-monospace)",
    fontFeatureSettings: "normal",
    fontVariantLigatures: "none",
    lineHeight: "1.75",
  },
  ".cm-content": { padding: "14px 0", caretColor: "var(--tblr-primary)" },
  ".cm-line": { padding: "0 16px 0 10px" },
  ".cm-gutters": {
    backgroundColor: "transparent",
    border: "none",
    color: "var(--rule-comment)",
    paddingLeft: "6px",
  },
  ".cm-activeLine": { backgroundColor: "var(--rule-line)" },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--tblr-body-color)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground":
    { backgroundColor: "var(--rule-selection)" },
  ".cm-placeholder": { color: "var(--rule-comment)" },
});

/** Colours and look of every place that shows a rule. */
export const appearance = [syntaxHighlighting(colours), look];
