;; `validate` describes a problem in 5,000 bytes, and one character would be cut at the limit.
(func (export "#validate") (type $validate)
  (local $place i32)
  ;; 2,500 times U+00E9, after one byte.
  (i32.store8 (i32.const 0xffff) (i32.const 120))
  (local.set $place (i32.const 0x10000))
  (loop $again
    (i32.store16 (local.get $place) (i32.const 0xa9c3))
    (local.set $place (i32.add (local.get $place) (i32.const 2)))
    (br_if $again (i32.lt_u (local.get $place) (i32.const 71000))))
  (call $problem (i32.const 0xffff) (i32.const 5001)))
