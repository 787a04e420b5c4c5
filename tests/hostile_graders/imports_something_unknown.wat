;; It imports something that nobody knows.
(component
  (import "nobody:knows/it@1.0.0" (instance)))
