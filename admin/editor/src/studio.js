// Where a rule is written: checked, previewed and kept while one types, then submitted.
import { assistant, replace } from "./assist.js";
import { h, quoted } from "./dom.js";
import { ask } from "./http.js";
import { attachPreview } from "./preview.js";

const SAVE_AFTER = 700;
const PREVIEW_AFTER = 150;

/** Bring the page's editor to life; `write` puts CodeMirror in the place of the text's field. */
export function openStudio(config, write) {
  const { urls, strings, words, mayWrite } = config;
  const root = document.getElementById("rule-studio");
  const find = (name) => root.querySelector(`[data-${name}]`);
  const textarea = find("text");
  const name = find("name");
  const saved = find("saved");
  const nameProblem = find("name-problem");
  const conflict = find("conflict");
  const submit = find("submit");
  const preview = attachPreview(document.getElementById("preview"), { url: urls.preview, strings });
  const rule = { ...config.rule };
  let saveTimer = null;
  let previewTimer = null;
  let saving = null;
  let kept = { name: rule.name, text: textarea.value };

  const nameOf = () => name.value.trim();
  const differs = () => nameOf() !== kept.name || textarea.value !== kept.text;

  const help = assistant({
    urls,
    strings,
    mayWrite,
    status: find("status"),
    list: find("problems"),
    plain: find("plain"),
    about: () => ({ rule: rule.id, name: nameOf() }),
    judged: (isGood, text, isLive) => {
      if (submit) submit.disabled = !(isGood && isLive);
      clearTimeout(previewTimer);
      if (!isGood) preview.drop();
      else {
        const question = { rule: rule.id, name: nameOf(), text };
        previewTimer = setTimeout(() => preview.show(question), PREVIEW_AFTER);
      }
    },
  });

  const view = write(textarea, {
    words,
    check: help.check,
    complete: help.complete,
    hint: strings.hint,
    submitted: () => submit?.disabled === false && submit.click(),
    changed: () => {
      clearTimeout(previewTimer);
      preview.drop();
      if (submit) submit.disabled = true;
      saveLater();
    },
  });

  function saveLater() {
    clearTimeout(saveTimer);
    if (!mayWrite || !differs()) return;
    saved.textContent = strings.unsaved;
    saveTimer = setTimeout(save, SAVE_AFTER);
  }

  /** Keep the draft; true where what is typed is what is kept. */
  async function save() {
    clearTimeout(saveTimer);
    while (saving) await saving;
    if (!differs()) return nameProblem.hidden;
    if (!nameOf()) {
      saved.textContent = strings.name_first;
      return false;
    }
    if (!conflict.hidden) return false;
    saving = keep({ name: nameOf(), text: textarea.value });
    const isKept = await saving;
    saving = null;
    if (isKept && differs()) saveLater();
    return isKept;
  }

  async function keep(draft) {
    saved.textContent = strings.saving;
    try {
      const answer = await ask(urls.save, { rule: rule.id, revision: rule.revision, ...draft });
      if (rule.id === null) window.history.replaceState(null, "", answer.url);
      rule.id = answer.rule;
      rule.revision = answer.revision;
      kept = draft;
      saved.textContent = answer.saved;
      tellName(answer.name_problem);
      return !answer.name_problem;
    } catch (error) {
      const isTold = error.body?.theirs !== undefined || error.body?.field === "name";
      if (error.body?.theirs !== undefined) choose(error.body);
      else if (isTold) tellName(error.message);
      if (isTold) saved.textContent = strings.unsaved;
      else saved.textContent = error.status ? error.message : strings.not_saved;
      return false;
    }
  }

  function tellName(problem) {
    nameProblem.textContent = problem ?? "";
    nameProblem.hidden = !problem;
    name.classList.toggle("is-invalid", Boolean(problem));
  }

  /** Two people have written: one chooses, and undoing brings back what was here. */
  function choose({ detail, theirs, revision }) {
    const settle = (text) => {
      rule.revision = revision;
      kept = { name: kept.name, text: theirs };
      conflict.hidden = true;
      if (text !== null) replace(view, text);
      save();
    };
    const button = (look, text, onclick) => h("button", { type: "button", class: look, onclick }, text);
    conflict.replaceChildren(
      h("div", { class: "conflict-title" }, detail),
      h("pre", { class: "conflict-text" }, theirs),
      h(
        "div",
        { class: "btn-list" },
        button("btn btn-sm", strings.take_theirs, () => settle(theirs)),
        button("btn btn-sm btn-primary", strings.keep_mine, () => settle(null)),
      ),
    );
    conflict.hidden = false;
  }

  name.addEventListener("input", () => {
    tellName(null);
    saveLater();
  });
  name.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    view.focus();
  });
  find("format")?.addEventListener("click", () => help.format(view));

  const dialog = document.getElementById("submit-dialog");
  dialog?.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.submitter;
    const problem = dialog.querySelector("[data-submit-problem]");
    button.disabled = true;
    problem.hidden = true;
    try {
      if (!(await save())) throw new Error(saved.textContent);
      const note = dialog.querySelector("textarea").value;
      const answer = await ask(urls.submit, { rule: rule.id, revision: rule.revision, note });
      location.assign(answer.url);
    } catch (error) {
      problem.replaceChildren(...quoted(error.message));
      problem.hidden = false;
      button.disabled = false;
    }
  });
  dialog?.addEventListener("shown.bs.modal", () => dialog.querySelector("textarea").focus());

  window.addEventListener("beforeunload", (event) => {
    if (mayWrite && differs() && (nameOf() || textarea.value.trim())) event.preventDefault();
  });

  if (rule.id === null) name.focus();
  else if (mayWrite) view.focus();
}
