;; `grade` copies an answer into why it failed.
(func (export "#grade") (type $grade)
  (call $refuse (i32.const 1) (call $answer (local.get 4)) (i32.const 15)))
