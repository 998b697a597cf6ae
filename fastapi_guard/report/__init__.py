"""What a scan found, said to somebody: one file per format, all fed with the same `ScanResult`."""
