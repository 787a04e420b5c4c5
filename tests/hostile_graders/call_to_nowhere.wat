;; `grade` calls what a table does not hold.
(table 1 funcref)
(func (export "#grade") (type $grade)
  (call_indirect (result i32) (i32.const 0)))
