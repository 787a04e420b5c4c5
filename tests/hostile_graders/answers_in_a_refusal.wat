;; `grade` copies an answer into why it refuses the submission.
(func (export "#grade") (type $grade)
  (call $refuse (i32.const 0) (call $answer (local.get 4)) (i32.const 15)))
