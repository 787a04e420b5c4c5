;; `grade` copies an answer into the bits of a score that is not a number.
(func (export "#grade") (type $grade)
  (call $score
    (f64.reinterpret_i64
      (i64.or (i64.const 0x7ff8000000000000) (i64.load32_u (call $answer (local.get 4)))))))
