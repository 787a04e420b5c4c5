;; `validate` describes a problem in words that play tricks on a terminal.
(data (i32.const 1024) "\1b[2Jgold\r\n\u{202e}dlog\u{200b}.")
(data (i32.const 1088) "\07column")
(func (export "#validate") (type $validate)
  (i32.store8 (i32.const 4112) (i32.const 1))
  (call $pair (i32.const 4116) (i32.const 1088) (i32.const 7))
  (call $problem (i32.const 1024) (i32.const 21)))
