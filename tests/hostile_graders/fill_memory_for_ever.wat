;; `grade` uses few instructions and much time: each of them fills 16 MiB, and is charged for it.
(func (export "#grade") (type $grade)
  (drop (memory.grow (i32.const 248)))
  (loop $again
    (memory.fill (i32.const 0) (i32.const 7) (i32.const 0x1000000))
    (br $again))
  (unreachable))
