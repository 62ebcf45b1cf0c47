"""What articles say about quantization, judged by the measurements: docs/CLAIMS.md."""
