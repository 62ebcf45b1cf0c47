"""The page: textual-serve's terminal, with nothing from another host and the keyboard in it at once."""

from __future__ import annotations

from html import escape

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>advisor</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/css/xterm.css">
<style>
@font-face {{ font-family: "Roboto Mono"; font-weight: 100 700;
  src: url("/static/fonts/RobotoMono-VariableFont_wght.ttf"); }}
html, body {{ margin: 0; height: 100%; background: #121212; color: #e0e0e0;
  font-family: "Roboto Mono", monospace; }}
#terminal {{ width: 100vw; height: 100vh; }}
#ended {{ display: none; position: absolute; inset: 0; align-items: center; justify-content: center;
  background: #121212; z-index: 20; }}
body.-closed #ended {{ display: flex; }}
</style>
<script src="/static/js/textual.js"></script>
</head>
<body>
<div id="ended" role="status">The session has ended. Reload the page to begin anew.</div>
<div id="terminal" class="textual-terminal" role="application" aria-label="advisor"
  data-session-websocket-url="{socket}" data-font-size="16"></div>
<script nonce="{nonce}">
const focus = () => {{
  const input = document.querySelector(".xterm-helper-textarea");
  if (input) input.focus();
}};
new MutationObserver(focus).observe(document.body, {{ attributeFilter: ["class"] }});
window.addEventListener("focus", focus);
</script>
</body>
</html>
"""


def page(socket: str, nonce: str) -> str:
    """The HTML of the page that opens *socket*."""
    return _PAGE.format(socket=escape(socket), nonce=escape(nonce))


def policy(socket_origin: str, nonce: str) -> str:
    """What the page may load: itself alone. The terminal styles its own elements in line."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'",
            "style-src 'self' 'unsafe-inline'",
            "font-src 'self'",
            "img-src 'self' data:",
            f"connect-src 'self' {socket_origin}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
