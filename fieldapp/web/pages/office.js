"use strict";

// What the terminal's own script leaves open: the keys that browsers want for themselves, why a session ended, and
// windows that it would open for addresses in the text.
(function () {
  const IDLE = 4001;
  const GOING_AWAY = 1001;
  const Socket = window.WebSocket;

  window.open = function () { return null; };

  window.WebSocket = class extends Socket {
    constructor(...given) {
      super(...given);
      this.addEventListener("open", keepFocus);
      this.addEventListener("close", (event) => ended(event.code));
    }
  };

  function ended(code) {
    const why = document.getElementById("why");
    if (code === IDLE) { why.textContent = why.dataset.idle; }
    if (code === GOING_AWAY) { why.textContent = why.dataset.stopped; }
    document.body.classList.add("-closed");
    document.getElementById("again").focus();
  }

  function isOver() {
    return document.body.classList.contains("-closed") || document.body.classList.contains("-full");
  }

  // A key pressed while the page's empty edge has the focus would be the browser's: F5 would end the session.
  function keepFocus() {
    const keys = document.querySelector(".xterm-helper-textarea");
    if (keys !== null && !isOver() && document.activeElement !== keys) { keys.focus(); return true; }
    return false;
  }

  window.addEventListener("keydown", (event) => {
    if (keepFocus() && /^F[0-9]+$/.test(event.key)) { event.preventDefault(); }
  }, true);
  window.addEventListener("focus", keepFocus);
  window.addEventListener("click", keepFocus);
  window.addEventListener("load", () => {
    if (isOver()) { document.getElementById("again").focus(); }
  });

  document.addEventListener("DOMContentLoaded", () => {
    document.getElementById("again").addEventListener("click", () => window.location.reload());
    const terminal = document.getElementById("terminal");
    if (terminal !== null) {
      const secure = window.location.protocol === "https:";
      terminal.dataset.sessionWebsocketUrl = (secure ? "wss://" : "ws://") + window.location.host + "/ws";
    }
  });
})();
