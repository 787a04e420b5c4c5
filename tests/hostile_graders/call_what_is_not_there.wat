;; Calls a function that its table does not have.
(table 1 funcref)
(func $grade (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
  (call_indirect (result i32) (i32.const 0)))
