// Asks before a draft is left that was not saved.
"use strict";

const draft = document.getElementById("text");
let sending = false;

if (draft) {
  draft.form.addEventListener("submit", () => { sending = true; });
  window.addEventListener("beforeunload", (event) => {
    if (!sending && draft.value !== draft.defaultValue) event.preventDefault();
  });
}
