;; Scores, and tells the answers by the name of a detail.
(func $grade (param i32 i32 i32 i32) (param $columns i32) (param i32 i32 i32) (result i32)
  ;; The first column of the answers is of text: what its cells hold, one after the other.
  (local $text i32)
  (local $length i32)
  (local.set $text (i32.load offset=20 (local.get $columns)))
  (local.set $length (i32.load offset=24 (local.get $columns)))
  (i32.store (i32.const 4096) (local.get $text))
  (i32.store (i32.const 4100) (local.get $length))
  (f64.store (i32.const 1032) (f64.const 0.5))
  (i32.store (i32.const 1040) (i32.const 4096))
  (i32.store (i32.const 1044) (i32.const 1))
  (i32.const 1024))
