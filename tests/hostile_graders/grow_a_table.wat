;; Asks for a larger and larger table.
(table $table 1 funcref)
(func $grade (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
  (loop $again
    (drop (table.grow $table (ref.null func) (i32.const 10000)))
    (br $again))
  (unreachable))
