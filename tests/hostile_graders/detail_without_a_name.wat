;; `grade` gives a detail an empty name.
(func (export "#grade") (type $grade)
  (call $pair (i32.const 4096) (i32.const 1024) (i32.const 0))
  (call $detailed (f64.const 0.5) (i32.const 1)))
