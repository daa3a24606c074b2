// Leaving quickly, by the button or by pressing Shift three times.
"use strict";

const leave = document.querySelector(".leave");
let shifts = 0;
let forgetting;

function goAway() {
  document.title = "";
  document.documentElement.hidden = true;
  window.location.replace(leave.href);
}

leave.addEventListener("click", (event) => {
  event.preventDefault();
  goAway();
});

document.addEventListener("keydown", (event) => {
  if (event.repeat) return;
  shifts = event.key === "Shift" ? shifts + 1 : 0;
  clearTimeout(forgetting);
  forgetting = setTimeout(() => { shifts = 0; }, 5000);
  if (shifts === 3) goAway();
});
