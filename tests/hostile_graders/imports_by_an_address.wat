;; It imports by an address that plays tricks on a terminal.
(component
  (import "url=<http://a/\1b[2J\u{202e}>" (instance)))
