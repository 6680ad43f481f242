// Says where the two handles of a range stand while they are moved, and keeps them from crossing.
"use strict";
for (const form of document.querySelectorAll("form[data-range]")) {
  const low = form.elements.namedItem("low");
  const high = form.elements.namedItem("high");
  if (!low || !high) continue;
  form.addEventListener("input", ({ target }) => {
    if (target === low && Number(low.value) > Number(high.value)) high.value = low.value;
    if (target === high && Number(high.value) < Number(low.value)) low.value = high.value;
    for (const handle of [low, high]) {
      form.querySelector(`output[for="${handle.id}"]`).value = Number(handle.value).toFixed(2);
    }
  });
}
