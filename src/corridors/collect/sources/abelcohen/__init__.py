"""Published estimates of bilateral migration flows by Abel and Cohen."""
