;; `grade` gives a detail that is not a number.
(func (export "#grade") (type $grade)
  (call $pair (i32.const 4096) (i32.const 32) (i32.const 2))
  (f64.store (i32.const 4104) (f64.const nan))
  (call $detailed (f64.const 0.5) (i32.const 1)))
