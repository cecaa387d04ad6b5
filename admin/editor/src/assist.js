// What the server knows about a text as it is typed: its problems, what could stand at a place.
import { fill, h, quoted } from "./dom.js";
import { ask } from "./http.js";

/**
 * The server's help for one editor.
 *
 * `about()` is sent beside each text; `status` shows how the text stands, `list` its problems and
 * `plain`, where there is one, what it says in plain words;
 * `judged` is told, of the newest text, whether it is good and whether live decisions run it.
 */
export function assistant(place) {
  const { urls, strings, mayWrite, status, list, plain, about = () => ({}), judged } = place;
  let newest = null;

  async function check(view) {
    const text = view.state.doc.toString();
    newest = text;
    let answer;
    try {
      answer = await ask(urls.check, { ...about(), text });
    } catch (error) {
      say("offline", error.status ? error.message : strings.offline);
      return [];
    }
    const problems = answer.diagnostics.map((one) => placed(one, text));
    if (text === newest) {
      tell(answer, text);
      list.replaceChildren(...problems.map((one) => row(view, one)));
      if (plain && answer.plain) plain.textContent = answer.plain;
      // While the text is broken, what it last said stays.
      if (plain) plain.hidden = !plain.textContent || !text.trim();
    }
    return problems;
  }

  /** A problem as CodeMirror shows it under its word. */
  function placed(one, text) {
    return {
      // An empty place is shown at the character before it.
      from: Math.min(one.start === one.end ? Math.max(one.start - 1, 0) : one.start, text.length),
      to: Math.min(one.end, text.length),
      severity: one.severity,
      message: one.message,
      renderMessage: () => problem(one),
      actions: one.fix === null || !mayWrite ? [] : [fix(one)],
    };
  }

  /** The same problem below the text, for those who do not point at words. */
  function row(view, one) {
    const find = () => {
      view.dispatch({ selection: { anchor: one.from, head: one.to }, scrollIntoView: true });
      view.focus();
    };
    const button = (action) =>
      h(
        "button",
        { type: "button", class: "problem-fix", onclick: () => action.apply(view, one.from, one.to) },
        action.name,
      );
    return h(
      "li",
      { class: `is-${one.severity}` },
      h("button", { type: "button", class: "problem-find", onclick: find }, one.renderMessage()),
      one.actions.map(button),
    );
  }

  async function complete(text, offset) {
    try {
      return (await ask(urls.complete, { ...about(), text, offset })).completions;
    } catch {
      return [];
    }
  }

  /** Lay the text out anew, as one step that can be undone. */
  async function format(view) {
    const text = view.state.doc.toString();
    try {
      const answer = await ask(urls.format, { text });
      if (view.state.doc.toString() !== text) return;
      if (answer.text === null) say("error", strings.not_formatted);
      else if (answer.text !== text) replace(view, answer.text);
    } catch (error) {
      say("offline", error.status ? error.message : strings.offline);
    }
    view.focus();
  }

  function tell({ diagnostics, elsewhere }, text) {
    const errors = diagnostics.filter((one) => one.severity === "error").length;
    const warnings = diagnostics.length - errors;
    const isEmpty = !text.trim();
    if (isEmpty) say("empty", strings.empty);
    else if (errors) say("error", count(strings.errors, errors));
    else if (elsewhere) say("error", strings.elsewhere);
    else if (warnings) say("warning", count(strings.warnings, warnings));
    else say("good", strings.good);
    const isLive = !diagnostics.some((one) => one.code === "not-live-yet");
    judged?.(!isEmpty && !errors && !elsewhere, text, isLive);
  }

  function fix(one) {
    return {
      name: fill(strings.fix, { text: one.fix }),
      apply: (view, from, to) => {
        view.dispatch({ changes: { from, to, insert: one.fix }, userEvent: "input.fix" });
        view.focus();
      },
    };
  }

  function say(kind, text) {
    status.className = `studio-status is-${kind}`;
    status.textContent = text;
  }

  say("checking", strings.checking);
  return { check, complete, format };
}

/** Put another text in the editor, as one step that can be undone. */
export function replace(view, text) {
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
}

const count = ([one, many], number) => (number === 1 ? one : fill(many, { count: number }));

function problem(one) {
  return h(
    "div",
    { class: "problem" },
    h("span", {}, quoted(one.message)),
    one.help ? h("span", { class: "problem-help" }, " ", quoted(one.help)) : null,
  );
}
