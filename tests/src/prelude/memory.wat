(memory (export "memory") 8)
