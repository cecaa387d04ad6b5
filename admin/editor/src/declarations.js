// Where a program's declarations are written: checked while one types, saved when asked to.
import { assistant } from "./assist.js";
import { ask } from "./http.js";

/** Bring the page's editor to life; `write` puts CodeMirror in the place of the text's field. */
export function openDeclarations({ urls, strings, words, mayWrite }, write) {
  const root = document.getElementById("declarations-editor");
  const find = (name) => root.querySelector(`[data-${name}]`);
  const textarea = find("text");
  const save = find("save");
  const problem = find("problem");
  const kept = textarea.value;
  let isLeaving = false;

  const help = assistant({
    urls,
    strings,
    mayWrite,
    status: find("status"),
    list: find("problems"),
    judged: (isGood, text) => {
      save.disabled = !isGood || text === kept;
    },
  });
  const view = write(textarea, {
    words,
    check: help.check,
    complete: help.complete,
    changed: () => {
      save.disabled = true;
    },
  });

  find("format").addEventListener("click", () => help.format(view));
  save.addEventListener("click", async () => {
    save.disabled = true;
    problem.hidden = true;
    try {
      const answer = await ask(urls.save, { text: textarea.value });
      isLeaving = true;
      location.assign(answer.url);
    } catch (error) {
      problem.textContent = error.status ? error.message : strings.offline;
      problem.hidden = false;
      save.disabled = false;
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (!isLeaving && textarea.value !== kept) event.preventDefault();
  });
}
