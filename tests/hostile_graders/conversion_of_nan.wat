;; `grade` makes an integer of what is not a number.
(func (export "#grade") (type $grade)
  (i32.trunc_f64_u (f64.const nan)))
