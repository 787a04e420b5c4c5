;; `grade` takes a page more than it may have.
(func (export "#grade") (type $grade)
  (drop (memory.grow (i32.sub (i32.const 16385) (memory.size))))
  (call $score (f64.const 0.5)))
