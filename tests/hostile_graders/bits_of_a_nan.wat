;; Scores by the upper bits of a NaN that it computes, which processors choose differently.
(global $zero (mut f64) (f64.const 0))
(func $grade (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
  (f64.store (i32.const 1032)
    (f64.convert_i64_u (i64.shr_u (i64.reinterpret_f64 (f64.div (global.get $zero) (global.get $zero))) (i64.const 32))))
  (i32.const 1024))
