(type $validate (func (param i32 i32 i32 i32 i32) (result i32)))
(type $grade (func (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
(global $heap (mut i32) (i32.const 65536))

;; What `grade` returns for a score without details, or with `count` details at 4096.
(func $score (param $value f64) (result i32)
  (call $detailed (local.get $value) (i32.const 0)))
(func $detailed (param $value f64) (param $count i32) (result i32)
  (i32.store8 (i32.const 512) (i32.const 0))
  (f64.store (i32.const 520) (local.get $value))
  (call $pair (i32.const 528) (i32.const 4096) (local.get $count))
  (i32.const 512))

;; What `grade` returns for an error: kind 0 is invalid-submission, 1 is failure.
(func $refuse (param $kind i32) (param $text i32) (param $length i32) (result i32)
  (i32.store8 (i32.const 512) (i32.const 1))
  (i32.store8 (i32.const 520) (local.get $kind))
  (call $pair (i32.const 524) (local.get $text) (local.get $length))
  (i32.const 512))

;; What `validate` returns for problems at 4096, and for one problem without row and column.
(func $problems (param $count i32) (result i32)
  (i32.store8 (i32.const 768) (i32.const 1))
  (call $pair (i32.const 772) (i32.const 4096) (local.get $count))
  (i32.const 768))
(func $problem (param $text i32) (param $length i32) (result i32)
  (call $pair (i32.const 4096) (local.get $text) (local.get $length))
  (call $problems (i32.const 1)))

;; A text or a list: where it is, how long it is.
(func $pair (param $place i32) (param $start i32) (param $length i32)
  (i32.store (local.get $place) (local.get $start))
  (i32.store offset=4 (local.get $place) (local.get $length)))

;; Never ends. A round uses so much fuel that it soon runs out.
(func $spin
  (loop $again
    FUEL
    (br $again)))

;; Describes a grader without options, or with `count` options at 4096.
(data (i32.const 16) "1.0.0")
(data (i32.const 32) "Is hostile.")
(data (i32.const 64) "NAME")
(func $describe (param $name i32) (param $length i32) (param $options i32) (result i32)
  (call $pair (i32.const 256) (local.get $name) (local.get $length))
  (call $pair (i32.const 264) (i32.const 16) (i32.const 5))
  (call $pair (i32.const 272) (i32.const 32) (i32.const 11))
  (call $pair (i32.const 284) (i32.const 4096) (local.get $options))
  (i32.const 256))

;; Describes option `index` of 20 bytes at 4096: a number that may be left out.
(func $option (param $index i32) (param $name i32) (param $length i32)
  (local $place i32)
  (local.set $place (i32.add (i32.const 4096) (i32.mul (i32.const 20) (local.get $index))))
  (call $pair (local.get $place) (local.get $name) (local.get $length))
  (i32.store8 offset=8 (local.get $place) (i32.const 2))
  (call $pair (i32.add (local.get $place) (i32.const 12)) (i32.const 32) (i32.const 11)))

;; Text that every answer of the column at index 1 starts with: where its bytes are.
(func $answer (param $columns i32) (result i32)
  (i32.load offset=60 (local.get $columns)))
