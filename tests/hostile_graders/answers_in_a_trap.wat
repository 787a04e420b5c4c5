;; `grade` copies an answer to where a text would be, and gives up.
(func (export "#grade") (type $grade)
  (memory.copy (i32.const 32) (call $answer (local.get 4)) (i32.const 15))
  (drop (call $refuse (i32.const 1) (i32.const 32) (i32.const 15)))
  (unreachable))
