;; Fills 64 MiB of memory with a mark, for whoever comes after it.
(func $grade (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
  (drop (memory.grow (i32.sub (i32.const 1024) (memory.size))))
  (memory.fill (i32.const 0x200000) (i32.const 0xaa) (i32.const 0x3e00000))
  (global.get $score))
