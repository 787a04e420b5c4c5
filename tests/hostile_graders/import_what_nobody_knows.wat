;; Asks for an interface that nobody knows.
(component
  (import "evil:exfiltration/upload@1.0.0" (instance)))
