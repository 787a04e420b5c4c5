;; `describe` lists 65 options.
(func (export "#describe") (result i32)
  (local $index i32) (local $name i32)
  (loop $again
    ;; Each name is a letter and a character from the digits on.
    (local.set $name (i32.add (i32.const 1024) (i32.shl (local.get $index) (i32.const 1))))
    (i32.store16 (local.get $name)
      (i32.or (i32.const 0x61) (i32.shl (i32.add (i32.const 0x30) (local.get $index)) (i32.const 8))))
    (call $option (local.get $index) (local.get $name) (i32.const 2))
    (local.set $index (i32.add (local.get $index) (i32.const 1)))
    (br_if $again (i32.lt_u (local.get $index) (i32.const 65))))
  (call $describe (i32.const 64) (i32.const LENGTH) (i32.const 65)))
