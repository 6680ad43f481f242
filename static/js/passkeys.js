// Says in words that a passkey did not work; the sign-in library only logs it.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const notice of document.querySelectorAll("[data-passkey-error]")) notice.hidden = false;
});
document.addEventListener("click", () => {
  for (const notice of document.querySelectorAll("[data-passkey-error]")) notice.hidden = true;
}, true);
