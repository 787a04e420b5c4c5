;; It is not valid, for a reason that quotes what plays tricks on a terminal.
(component
  (core module
    (func (export "\1b[2J\u{202e}"))
    (func (export "\1b[2J\u{202e}"))))
