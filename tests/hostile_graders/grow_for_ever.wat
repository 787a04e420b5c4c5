;; `grade` takes memory until it is refused, and then goes on asking.
(func (export "#grade") (type $grade)
  (loop $again
    (drop (memory.grow (i32.const 1)))
    (br $again))
  (unreachable))
