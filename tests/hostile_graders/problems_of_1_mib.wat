;; `validate` finds 256 problems, each of which takes 4 KiB to tell.
(func (export "#validate") (type $validate)
  (local $index i32)
  (memory.fill (i32.const 0x10000) (i32.const 120) (i32.const 4096))
  (loop $again
    (call $pair (i32.add (i32.const 4096) (i32.mul (i32.const 28) (local.get $index))) (i32.const 0x10000) (i32.const 4096))
    (local.set $index (i32.add (local.get $index) (i32.const 1)))
    (br_if $again (i32.lt_u (local.get $index) (i32.const 256))))
  (call $problems (i32.const 256)))
