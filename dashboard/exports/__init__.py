"""What a panel shows, as a file: whole, streamed, guarded against formulas, and recorded (docs/adr/0009-exports.md)."""
