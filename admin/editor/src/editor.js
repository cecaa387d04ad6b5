// Texts of the rule language in CodeMirror, as each page asks for it.
import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching } from "@codemirror/language";
import { lintKeymap, linter } from "@codemirror/lint";
import { searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  placeholder,
} from "@codemirror/view";

import { openDeclarations } from "./declarations.js";
import { data } from "./dom.js";
import { appearance, ruleLanguage } from "./language.js";
import { attachPreview } from "./preview.js";
import { openStudio } from "./studio.js";

const CHECK_AFTER = 120;
// What a word is made of, and what may come right before a place where something could stand.
const WORD = /[\p{L}\p{N}_"“`]+/u;
const STILL_WORD = /^[\p{L}\p{N}_"“`]*$/u;
const GAP = /[\s(,]$/u;

/**
 * An editor in the place of `textarea`, which keeps what is typed.
 *
 * `check` gives the problems of the view's text, `complete` what could stand at a place of it; `changed` is
 * told of every change and `submitted` of Ctrl/Cmd-Enter.
 */
export function write(textarea, { words, check, complete, changed, submitted, hint }) {
  const isReadOnly = textarea.readOnly;
  const view = new EditorView({
    state: EditorState.create({
      doc: textarea.value,
      extensions: [
        EditorView.cspNonce.of(document.querySelector("meta[name=csp-nonce]").content),
        lineNumbers(),
        highlightActiveLineGutter(),
        highlightActiveLine(),
        drawSelection(),
        history(),
        bracketMatching(),
        closeBrackets(),
        ruleLanguage(words),
        appearance,
        linter(check, { delay: CHECK_AFTER }),
        autocompletion({ override: [completions(complete)], icons: false }),
        keymap.of([
          { key: "Mod-Enter", run: () => (submitted?.(), true) },
          // Tab takes what is offered and otherwise moves on, so that nobody's keyboard is caught.
          { key: "Tab", run: acceptCompletion },
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...completionKeymap,
          ...lintKeymap,
        ]),
        hint ? placeholder(hint) : [],
        EditorState.readOnly.of(isReadOnly),
        EditorView.editable.of(!isReadOnly),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          "aria-label": textarea.getAttribute("aria-label"),
          spellcheck: "false",
          autocapitalize: "off",
        }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          textarea.value = update.state.doc.toString();
          changed?.();
        }),
      ],
    }),
  });
  textarea.insertAdjacentElement("afterend", view.dom);
  textarea.hidden = true;
  return view;
}

/** CodeMirror's way to ask for completions: within a word, and where another one could begin. */
function completions(complete) {
  return async (context) => {
    const before = context.state.sliceDoc(Math.max(0, context.pos - 1), context.pos);
    if (!context.explicit && !context.matchBefore(WORD) && !GAP.test(before)) return null;
    const found = await complete(context.state.doc.toString(), context.pos);
    if (context.aborted || !found.length) return null;
    return {
      from: found[0].start,
      options: found.map((one, index) => ({
        label: one.label,
        apply: one.apply,
        detail: one.detail,
        info: one.doc || undefined,
        type: one.kind,
        boost: -index,
      })),
      validFor: STILL_WORD,
    };
  };
}

const words = data("rule-words");
const studio = data("studio");
if (studio) openStudio({ ...studio, words }, write);
const declarations = data("declarations");
if (declarations) openDeclarations({ ...declarations, words }, write);
const packet = data("packet");
if (packet) attachPreview(document.getElementById("preview"), packet).show(packet.question);
