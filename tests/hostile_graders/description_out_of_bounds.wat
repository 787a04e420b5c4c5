;; Has a summary from outside its memory.
(func $describe (result i32)
  (i32.store offset=16 (global.get $description) (i32.const -4))
  (global.get $description))
