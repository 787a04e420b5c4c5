;; `grade` grows a table without end.
(table $elements 1 funcref)
(func (export "#grade") (type $grade)
  (loop $again
    (drop (table.grow $elements (ref.null func) (i32.const 1000)))
    (br $again))
  (unreachable))
