;; Has no name.
(func $describe (result i32)
  (i32.store offset=4 (global.get $description) (i32.const 0))
  (global.get $description))
