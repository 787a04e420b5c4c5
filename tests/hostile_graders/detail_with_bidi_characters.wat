;; `grade` gives a detail a name that reads backwards.
(data (i32.const 1024) "a\u{202e}b")
(func (export "#grade") (type $grade)
  (call $pair (i32.const 4096) (i32.const 1024) (i32.const 5))
  (call $detailed (f64.const 0.5) (i32.const 1)))
