;; `grade` returns a place where no score can be.
(func (export "#grade") (type $grade)
  (i32.const 513))
