;; `grade` gives two details of one name.
(func (export "#grade") (type $grade)
  (call $pair (i32.const 4096) (i32.const 32) (i32.const 2))
  (call $pair (i32.const 4112) (i32.const 32) (i32.const 2))
  (call $detailed (f64.const 0.5) (i32.const 2)))
