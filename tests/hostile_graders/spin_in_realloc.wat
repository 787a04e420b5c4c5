;; Never makes room for what the host hands over.
(func $realloc (param i32 i32 i32 i32) (result i32) (loop $again (br $again)) (unreachable))
